import { removeTemplate } from '../home/template.ts';
import { removeSharedNova } from './nova/shared.ts';

export default async function tearDown(): Promise<void> {
  await removeSharedNova();
  removeTemplate();
}
