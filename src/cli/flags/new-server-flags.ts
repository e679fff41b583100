import { Flags } from '@oclif/core';
import { repeated, text } from './flag-kinds.ts';

/** What is said of a new server, in openstackclient's words. */
export const newServerFlags = {
  flavor: Flags.string({ description: 'its flavor (name or ID)', required: true }),
  image: Flags.string({ description: 'its image (name or ID), one of this host', required: true }),
  'key-name': text("a key pair of the user's, which the guest lets in"),
  'user-data': text('a file with what the guest does at its first boot'),
  description: text('its description'),
  hostname: text('the name that the guest gives itself; made of the name if nothing is said'),
  property: repeated('a property, as key=value; may be given several times'),
  tag: repeated('a tag; may be given several times'),
  host: text('one of the hosts of keyward; the one whose worker was seen last if nothing is said'),
};
