import { ApiError, type ApiProblem, isOlder } from '../../rules/compute/service-apis.ts';
import { defineCheck, failure, success } from '../define-check.ts';

/** nova-scheduler asks Placement for allocation candidates with `same_subtree`, which this version brought. */
const NEEDED = '1.36';

// NOTE: nova/cmd/status.py
const NO_CREDENTIALS = 'No credentials specified for placement API in nova.conf.';
const TEXTS: Partial<Record<ApiProblem, string>> = {
  'not-configured': NO_CREDENTIALS,
  'no-credentials': NO_CREDENTIALS,
  unauthorized: 'Placement service credentials do not work.',
  'endpoint-missing': 'Placement API endpoint not found.',
  'discovery-failed': 'Discovery for placement API URI failed.',
  'not-found': 'Placement API does not seem to be running.',
};

const tooOld = (version: string): string => `Placement API version ${NEEDED} needed, you have ${version}.`;

export default defineCheck({
  id: 'compute-placement-api',
  order: 20,
  title: 'Placement API',
  needs: ['apis'],
  remedy: 'correct section [placement] of nova.conf, or upgrade Placement before Nova',
  async run({ apis }) {
    try {
      const version = await apis.newestVersion('placement');
      return isOlder(version, NEEDED)
        ? failure(tooOld(version), `upgrade Placement to a release that has version ${NEEDED} (2.0.0, Train)`)
        : success();
    } catch (error) {
      const text = error instanceof ApiError ? TEXTS[error.problem] : undefined;
      if (text === undefined) throw error;
      return failure(text, `${(error as ApiError).message} ${(error as ApiError).cure}`);
    }
  },
});
