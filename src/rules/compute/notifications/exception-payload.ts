import { novaObject, type NovaObject } from '../nova-object.ts';

/** What made a server's task fail. `module` and `function` say where; `name` is the kind of error. */
export type Exception = {
  module: string;
  function: string;
  name: string;
  message: string;
  traceback: string;
};

/** NOTE: nova/notifications/objects/exception.py */
export const exceptionPayload = (exception: Exception): NovaObject =>
  novaObject('ExceptionPayload', '1.1', {
    module_name: exception.module,
    function_name: exception.function,
    exception: exception.name,
    exception_message: exception.message,
    traceback: exception.traceback,
  });

/** Describes an error of keyward's in a step of a run. Its stack stays here: it is of no use to who reads Python's. */
export const exceptionIn = (step: string, { name, message }: Pick<Error, 'name' | 'message'>): Exception => ({
  module: 'keyward',
  function: step,
  name,
  message,
  traceback: '',
});
