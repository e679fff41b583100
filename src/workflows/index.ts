export { bootstrap } from './bootstrap.ts';
export { serverCreate } from './server-create.ts';
export { serverDelete } from './server-delete.ts';
export { serverSet } from './server-set.ts';
export { upgradeCheck } from './upgrade-check.ts';
export { default } from './unknown.ts';
