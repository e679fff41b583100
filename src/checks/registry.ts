import { readdir } from 'node:fs/promises';
import type { CheckDescription } from '../rules/upgrade-check.ts';
import type { Check } from './define-check.ts';

/** Loads every check of a suite in upstream's order. Its folder is the registry: adding a check is adding a file. */
export async function loadChecks(suite: string): Promise<Check[]> {
  const folder = new URL(`./${suite}/`, import.meta.url);
  const files = (await readdir(folder)).filter((name) => /(?<!\.d)\.[jt]s$/.test(name));
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ default: Check }>),
  );
  return modules.map((module) => module.default).toSorted((one, other) => one.order - other.order);
}

/** Gives what each check of a suite states about itself, without running any. */
export const describeChecks = async (suite: string): Promise<CheckDescription[]> =>
  (await loadChecks(suite)).map(({ id, order, title, needs, remedy }) => ({
    id,
    order,
    title,
    needs,
    remedy,
  }));
