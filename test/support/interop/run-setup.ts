import { makeTemplate } from '../home/template.ts';
import { nameSharedNova } from './nova/shared.ts';

export default async function setUp(): Promise<void> {
  nameSharedNova();
  await makeTemplate();
}
