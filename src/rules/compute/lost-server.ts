import { RuleError } from '../errors.ts';
import type { Server } from './server.ts';

/** This name tells a workflow that there is no server any more which could be left in ERROR. */
export const DELETED_MEANWHILE = 'DeletedMeanwhile';

/**
 * How a server is left whose work could not go on: in ERROR; done all the same, since only an answer was lost; gone, since
 * somebody deleted it; or untouched, since the request was not taken up and never will be.
 */
export type Left = 'error' | 'done' | 'gone' | 'untouched';

/** Why a server's work can't go on: the kind of error, and its words. */
export type Reason = { name: string; reason: string };

/** Tells that a server which was being made is gone, since somebody deleted it, by Nova's API for example. */
export const deletedMeanwhile = (uuid: string): RuleError =>
  new RuleError(DELETED_MEANWHILE, `The server ${uuid} was deleted while it was being built.`, {
    cure: 'Create it again if it is wanted.',
    outcome: 'changed',
  });

/** Tells that somebody else has changed a server's state during a change of it. */
export const changedMeanwhile = ({ uuid, vmState, taskState }: Server): RuleError =>
  new RuleError(
    'InstanceConflict',
    `The state of the server ${uuid} was changed by somebody else meanwhile: it is ${vmState}, its task ${taskState ?? 'none'}.`,
    { cure: `\`keyward server event list ${uuid}\` shows what was done to it.`, outcome: 'changed' },
  );

/** Tells that a server which was only being built has got into a cell, where it is deleted in another way. */
export const placedMeanwhile = (uuid: string): RuleError =>
  new RuleError('ServerPlaced', `The server ${uuid} has got into a cell meanwhile.`, {
    cure: 'Run the command again.',
    outcome: 'unchanged',
  });

/** Tells that what the command had stored for its request is not there any more. */
export const userDataGone = (): RuleError =>
  new RuleError('UserDataGone', "The request's user data is not in the database any more.", {
    cure: 'Run the command again.',
    outcome: 'unchanged',
  });
