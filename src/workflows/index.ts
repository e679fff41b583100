export { bootstrap } from './bootstrap.ts';
export { upgradeCheck } from './upgrade-check.ts';
export { default } from './unknown.ts';
