/**
 * Says what a server's owner may read of a failure. What went wrong in detail names paths and databases of the operator's,
 * and is shown to admins only; Nova too shows no more than the kind of error (`nova/compute/utils.py`).
 */
export const faultOf = (what: 'build' | 'deletion', name: string): string =>
  `The ${what} of the server failed on its host: ${name}.`;
