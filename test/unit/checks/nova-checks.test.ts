import { describe, expect, it } from '@jest/globals';
import { ApiError, type ApiProblem, type ServiceApis } from '../../../src/rules/compute/service-apis.ts';
import { UsageError } from '../../../src/rules/errors.ts';
import { CheckCode, type CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import {
  cell,
  CELLS,
  cellsOf,
  CINDER,
  databaseOf,
  MACHINE_TYPE,
  OLD_COMPUTES,
  PLACEMENT,
  POLICY,
  runComputeCheck,
  SERVICE_TOKEN,
} from '../../support/checks/compute-suite.ts';

const { success, warning, failure } = CheckCode;
const said = ({ code, details, remedy }: CheckOutcome) => ({ code, details, remedy });

describe('Cells v2', () => {
  const SETUP = "Run command 'nova-manage cell_v2 simple_cell_setup' and then retry.";
  const DISCOVER = 'nova-manage cell_v2 discover_hosts';
  const mapped = (...numbers: number[]) => ({ cell_mappings: numbers.map(cell) });
  const hosts = { host_mappings: [{ id: 1 }] };
  const noHosts = { host_mappings: [] };
  const node = { compute_nodes: [{ id: 1 }] };

  it.each([
    ['cell0 and a cell with a host', { ...mapped(0, 1), ...hosts }, {}, success, null, null],
    [
      'no cell',
      mapped(),
      {},
      failure,
      `There needs to be at least two cell mappings, one for cell0 and one for your first cell. ${SETUP}`,
      'nova-manage cell_v2 simple_cell_setup',
    ],
    [
      'cell0 alone',
      mapped(0),
      {},
      failure,
      `There needs to be at least two cell mappings, one for cell0 and one for your first cell. ${SETUP}`,
      'nova-manage cell_v2 simple_cell_setup',
    ],
    [
      'two cells without cell0',
      mapped(1, 2),
      {},
      failure,
      `No cell0 mapping found. ${SETUP}`,
      'nova-manage cell_v2 map_cell0',
    ],
    [
      'neither hosts nor compute nodes',
      { ...mapped(0, 1), ...noHosts },
      { 0: {}, 1: {} },
      success,
      `No host mappings or compute nodes were found. Remember to run command '${DISCOVER}' when new compute hosts are deployed.`,
      null,
    ],
    [
      'compute nodes in the second cell, and no host mapping',
      { ...mapped(0, 1, 2), ...noHosts },
      { 0: {}, 1: {}, 2: node },
      failure,
      `No host mappings found but there are compute nodes. ${SETUP}`,
      DISCOVER,
    ],
  ])('of %s', async (_, rows, cells, code, details, remedy) => {
    const outcome = await runComputeCheck(CELLS, { database: databaseOf(rows), cells: cellsOf(cells) });
    expect(said(outcome)).toEqual({ code, details, remedy });
  });

  it('without its tables says what makes them', async () => {
    expect(said(await runComputeCheck(CELLS, { database: databaseOf({}) }))).toEqual({
      code: failure,
      details: 'The database is not synced. cell_mappings is missing.',
      remedy: 'keyward db sync compute --nova-config-file /etc/nova/nova.conf',
    });
  });
});

const apisThat = (newestVersion: ServiceApis['newestVersion']) => ({ apis: () => ({ newestVersion }) });
const answering = (version: string) => apisThat(async () => version);
const failing = (problem: ApiProblem) =>
  apisThat(() => Promise.reject(new ApiError(problem, 'It answered badly.', 'Correct it.')));

describe('Placement API', () => {
  it.each([
    ['1.36', success, null],
    ['1.39', success, null],
    ['2.0', success, null],
    ['1.100', success, null],
    ['1.35', failure, 'Placement API version 1.36 needed, you have 1.35.'],
    ['1.4', failure, 'Placement API version 1.36 needed, you have 1.4.'],
    ['0.9', failure, 'Placement API version 1.36 needed, you have 0.9.'],
  ])('of version %s', async (version, code, details) => {
    expect(await runComputeCheck(PLACEMENT, answering(version))).toMatchObject({ code, details });
  });

  it.each<[ApiProblem, string]>([
    ['not-configured', 'No credentials specified for placement API in nova.conf.'],
    ['no-credentials', 'No credentials specified for placement API in nova.conf.'],
    ['unauthorized', 'Placement service credentials do not work.'],
    ['endpoint-missing', 'Placement API endpoint not found.'],
    ['discovery-failed', 'Discovery for placement API URI failed.'],
    ['not-found', 'Placement API does not seem to be running.'],
    ['other', 'This could not be checked. It answered badly.'],
  ])('with the problem %s', async (problem, details) => {
    const outcome = await runComputeCheck(PLACEMENT, failing(problem));
    expect(said(outcome)).toEqual({
      code: failure,
      details,
      remedy: problem === 'other' ? 'Correct it.' : 'It answered badly. Correct it.',
    });
  });
});

describe('Cinder API', () => {
  const TOO_OLD = 'Cinder API 3.44 or greater is required. Deploy at least Cinder 12.0.0 (Queens).';
  it.each([
    ['3.44', success, null],
    ['3.71', success, null],
    ['3.43', failure, TOO_OLD],
    ['3.5', failure, TOO_OLD],
    ['2.0', failure, TOO_OLD],
  ])('of version %s', async (version, code, details) => {
    expect(await runComputeCheck(CINDER, answering(version))).toMatchObject({ code, details });
  });

  it('that is not configured is none of its business', async () => {
    expect(said(await runComputeCheck(CINDER, failing('not-configured')))).toEqual({
      code: success,
      details: null,
      remedy: null,
    });
  });

  it.each<ApiProblem>([
    'no-credentials',
    'unauthorized',
    'endpoint-missing',
    'discovery-failed',
    'not-found',
    'other',
  ])('with the problem %s is a warning', async (problem) => {
    expect(said(await runComputeCheck(CINDER, failing(problem)))).toEqual({
      code: warning,
      details: 'Unable to determine Cinder API version due to error: It answered badly.',
      remedy: 'Correct it.',
    });
  });

  it('whose section can not be read is a warning, too', async () => {
    const broken = apisThat(() => Promise.reject(new UsageError('It is no number.', 'Correct the file.')));
    expect(await runComputeCheck(CINDER, broken)).toMatchObject({
      code: warning,
      remedy: 'Correct the file.',
    });
  });

  it('is no place to hide a bug', async () => {
    const bug = new TypeError('undefined is not a function');
    await expect(
      runComputeCheck(
        CINDER,
        apisThat(() => Promise.reject(bug)),
      ),
    ).rejects.toBe(bug);
  });
});

describe('Policy File JSON to YAML Migration', () => {
  const files = (policyFile: object | null, abandoned: string | null = null) => ({
    policyFiles: () =>
      ({ policyFile: async () => policyFile, abandonedJson: async () => abandoned }) as never,
  });

  it.each([
    ['of YAML', files({ path: '/etc/nova/policy.yaml', text: 'a: "@"' }), success, null],
    [
      'of JSON',
      files({ path: '/etc/nova/policy.json', text: '{}' }),
      failure,
      'oslopolicy-convert-json-to-yaml --namespace nova --policy-file /etc/nova/policy.json --output-file ' +
        '/etc/nova/policy.yaml; then set policy_file = /etc/nova/policy.yaml in section [oslo_policy] of nova.conf ' +
        'and remove /etc/nova/policy.json',
    ],
    [
      'that Nova passes over',
      files(null, '/etc/nova/policy.json'),
      warning,
      expect.stringMatching(/^oslopolicy-convert-json-to-yaml --namespace nova /),
    ],
  ])('of a file %s', async (_, given, code, remedy) => {
    expect(await runComputeCheck(POLICY, given)).toMatchObject({ code, remedy });
  });
});

describe('Older than N-1 computes', () => {
  const computes = (...versions: number[]) => ({
    services: versions.map((version) => ({ host: `host-${version}`, version })),
  });
  const text = (level: number) =>
    `Current Nova version does not support computes older than Gazpacho but the minimum compute service level in your system is ${level} and the oldest supported service level is 72.`;

  it('finds none', async () => {
    expect(await runComputeCheck(OLD_COMPUTES, {})).toMatchObject({ code: success, details: null });
  });

  it('names the oldest of all cells, and each of them in the remedy', async () => {
    const cells = cellsOf({ 0: {}, 1: computes(70, 71), 2: computes(66) });
    expect(said(await runComputeCheck(OLD_COMPUTES, { cells }))).toEqual({
      code: failure,
      details: text(66),
      remedy: expect.stringContaining(
        'host-66 (cell2, level 66), host-70 (cell1, level 70), host-71 (cell1, level 71);',
      ),
    });
  });

  it('names ten of many', async () => {
    const many = computes(...Array.from({ length: 23 }, (_, at) => 40 + at));
    const { remedy } = await runComputeCheck(OLD_COMPUTES, { cells: cellsOf({ 1: many }) });
    expect(remedy).toContain('host-49 (cell1, level 49) and 13 others;');
    expect(remedy).not.toContain('host-50');
  });
});

describe('hw_machine_type unset', () => {
  const unset = (count: number) => ({ instances: [{ count: String(count) }] });

  it('counts the instances of each cell, without cell0', async () => {
    const cells = cellsOf({ 0: unset(4), 1: unset(2), 2: unset(0), 3: unset(1) });
    const outcome = await runComputeCheck(MACHINE_TYPE, { cells });
    expect(outcome).toMatchObject({
      code: warning,
      details: expect.stringMatching(/^\nInstances found without hw_machine_type set\. This warning/),
      remedy: expect.stringContaining('(2 in cell1, 1 in cell3)'),
    });
  });

  it('finds none', async () => {
    expect(
      said(await runComputeCheck(MACHINE_TYPE, { cells: cellsOf({ 0: unset(4), 1: unset(0) }) })),
    ).toEqual({
      code: success,
      details: null,
      remedy: null,
    });
  });
});

describe('Service User Token Configuration', () => {
  const configured = (value: boolean, isSet: boolean, origin: string) => ({
    config: () => ({ get: () => ({ value, isSet, origin }) }),
  });
  const AT = '/etc/nova/nova.conf [service_user] send_service_user_token';

  it.each([
    ['on', configured(true, true, AT), success, null],
    ['off', configured(false, true, AT), failure, `set ${AT} to true`],
    [
      'not there',
      configured(false, false, 'the default'),
      failure,
      'set send_service_user_token = true in section [service_user] of nova.conf',
    ],
  ])('that is %s', async (_, given, code, remedy) => {
    const outcome = await runComputeCheck(SERVICE_TOKEN, given);
    expect(outcome.code).toBe(code);
    expect(outcome.remedy?.split(';')[0] ?? null).toBe(remedy);
    expect(outcome.details).toEqual(
      code === success ? null : expect.stringMatching(/^\nService user token configuration is required/),
    );
  });

  it('of a file that can not be read is a failure', async () => {
    const config = () => {
      throw new UsageError("/etc/nova/nova.conf can't be read.", 'Make it readable.');
    };
    expect(said(await runComputeCheck(SERVICE_TOKEN, { config }))).toEqual({
      code: failure,
      details: "This could not be checked. /etc/nova/nova.conf can't be read.",
      remedy: 'Make it readable.',
    });
  });
});
