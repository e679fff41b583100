import { defineCheck, failure, success } from '../define-check.ts';

const EDIT = 'set send_service_user_token = true in section [service_user] of nova.conf';

// NOTE: nova/cmd/status.py, with its line breaks, which count when the text is wrapped
const REQUIRED = `
Service user token configuration is required for all Nova services.
For more details see the following:
https://docs.openstack.org/nova/latest/admin/configuration/service-user-token.html`;

export default defineCheck({
  id: 'compute-service-user-token',
  order: 70,
  title: 'Service User Token Configuration',
  needs: ['config'],
  remedy: `${EDIT}, with the service user's credentials beside it`,
  async run({ config }) {
    const { value, origin, isSet } = config.get('service_user.send_service_user_token');
    if (value) return success();
    const edit = isSet ? `set ${origin} to true` : EDIT;
    return failure(REQUIRED, `${edit}; the section must have the service user's credentials, too`);
  },
});
