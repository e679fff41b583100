import { policyFileCheck } from '../policy-file-check.ts';

export default policyFileCheck({ id: 'compute-policy-file-json-to-yaml', order: 40, project: 'nova' });
