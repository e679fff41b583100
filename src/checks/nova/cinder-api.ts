import { ApiError, isOlder } from '../../rules/compute/service-apis.ts';
import { RuleError } from '../../rules/errors.ts';
import { defineCheck, failure, success, warning } from '../define-check.ts';

/** Volume attachments, which a volume that several servers attach needs, have been there since this version. */
const NEEDED = '3.44';

// NOTE: nova/cmd/status.py
const TOO_OLD = `Cinder API ${NEEDED} or greater is required. Deploy at least Cinder 12.0.0 (Queens).`;
const UNABLE = 'Unable to determine Cinder API version due to error: ';

/** A Nova without credentials for Cinder uses none; what Cinder's side does wrong is a Warning only, as upstream has it. */
export default defineCheck({
  id: 'compute-cinder-api',
  order: 30,
  title: 'Cinder API',
  needs: ['apis'],
  remedy: 'correct section [cinder] of nova.conf, or upgrade Cinder before Nova',
  async run({ apis }) {
    try {
      const version = await apis.newestVersion('cinder');
      return isOlder(version, NEEDED)
        ? failure(TOO_OLD, 'upgrade Cinder to a release that is supported beside this Nova')
        : success();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      if (error instanceof ApiError && error.problem === 'not-configured') return success();
      return warning(`${UNABLE}${error.message}`, error.cure);
    }
  },
});
