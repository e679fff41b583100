import { expect, it } from '@jest/globals';
import type { ResourceOptions } from '../../../../src/rules/identity/resource.ts';
import {
  type ListView,
  recordOf,
  ResourceList,
  shownResource,
} from '../../../../src/cli/output/resource-views.ts';

const role = (options: ResourceOptions) => ({
  id: '1',
  name: 'r',
  domain_id: null,
  description: null,
  options,
});

it.each([
  [{ immutable: true }, true],
  [{ immutable: 1 }, true],
  [{ immutable: 'True' }, true],
  [{ immutable: false }, false],
  [{ immutable: '' }, false],
  [{ immutable: [] }, false],
  [{}, false],
])('the options %j are shown as the rule reads them', (options, shown) => {
  expect(new ResourceList('role').rowOf({ immutable: true })(role(options as ResourceOptions))).toEqual({
    ID: '1',
    Name: 'r',
    Immutable: shown,
  });
});

it('a record has its fields in the order of openstackclient, and properties after them', () => {
  const project = { id: '1', name: 'p', zone: 'z', color: 'red', options: {}, tags: [] };
  expect(Object.keys(recordOf(shownResource('project'), project, null)).slice(-3)).toEqual([
    'tags',
    'color',
    'zone',
  ]);
  expect(recordOf(shownResource('project'), project, 'since then')).toMatchObject({
    immutable_set: 'since then',
  });
});

it.each<[string, ListView, string[]]>([
  ['no flag', {}, []],
  ['--long, which adds columns before it', { long: true }, ['Domain ID', 'Description', 'Immutable']],
  ['--immutable', { immutable: true }, ['Immutable']],
  ['--mutable', { mutable: true }, ['Immutable']],
  ['-c', { column: ['name', 'immutable'] }, ['Immutable']],
  ['-c of another column', { column: ['name'] }, []],
])('scripts read the columns of openstackclient by their places: with %s', (_, view, more) =>
  expect(new ResourceList('role').headings(view)).toEqual(['ID', 'Name', ...more]),
);
