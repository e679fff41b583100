import { shellWord } from '../rules/shell-word.ts';
import { type Check, defineCheck, failure, success, warning } from './define-check.ts';

// NOTE: oslo_upgradecheck/common_checks.py
const JSON_FORMATTED =
  'Your policy file is JSON-formatted which is deprecated. You need to switch to YAML-formatted file. ' +
  'Use the ``oslopolicy-convert-json-to-yaml`` tool to convert the existing JSON-formatted files to YAML ' +
  'in a backwards-compatible manner: https://docs.openstack.org/oslo.policy/' +
  'latest/cli/oslopolicy-convert-json-to-yaml.html.';

/** What differs between the services; `project` is the name by which oslo knows one, such as `keystone`. */
type Suite = { id: string; order: number; project: string };

/**
 * Makes the check of a policy file, which all services share. Upstream looks only at the file that the service reads.
 * Here a `policy.json` that it read until oslo.policy 5.0, and now passes over, is a Warning, since the operator's
 * rules have silently ceased to hold.
 */
export const policyFileCheck = ({ id, order, project }: Suite): Check =>
  defineCheck({
    id,
    order,
    title: 'Policy File JSON to YAML Migration',
    needs: ['files'],
    remedy: `${convert(project)}; then name the new file in ${project}.conf, section [oslo_policy], key policy_file`,
    async run({ files }) {
      const file = await files.policyFile();
      if (file && isJson(file.text)) return failure(JSON_FORMATTED, conversion(file.path, project));
      const abandoned = file ? null : await files.abandonedJson();
      return abandoned ? warning(passedOver(abandoned), conversion(abandoned, project)) : success();
    },
  });

const convert = (project: string): string => `oslopolicy-convert-json-to-yaml --namespace ${project}`;

const passedOver = (path: string): string =>
  `The policy file ${path} is not read: since its release 5.0 oslo.policy no longer falls back to policy.json, ` +
  'and there is no policy.yaml.';

function conversion(path: string, project: string): string {
  const target = path.replace(/(\.json|\.ya?ml)?$/, '.yaml');
  const written = target === path ? `${target}.new` : target;
  const then =
    target === path
      ? `then move ${written} to ${path}`
      : `then set policy_file = ${target} in section [oslo_policy] of ${project}.conf and remove ${path}`;
  return `${convert(project)} --policy-file ${shellWord(path)} --output-file ${shellWord(written)}; ${then}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
