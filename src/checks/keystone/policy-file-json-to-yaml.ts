import { policyFileCheck } from '../policy-file-check.ts';

export default policyFileCheck({ id: 'identity-policy-file-json-to-yaml', order: 30, project: 'keystone' });
