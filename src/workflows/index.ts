export { bootstrap } from './bootstrap.ts';
export { upgradeCheck } from './upgrade-check.ts';
