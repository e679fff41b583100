/** The notifications that keyward sends of a server. */
export type ServerEvent =
  | { type: 'instance.create.start' | 'instance.create.end' }
  | { type: 'instance.create.error'; name: string; message: string }
  | { type: 'instance.delete.start' | 'instance.delete.end' }
  | { type: 'instance.update'; oldName: string | null; hasNewTags: boolean };
