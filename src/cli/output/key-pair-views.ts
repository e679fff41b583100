import type { KeyPair } from '../../rules/compute/key-pair.ts';
import { naiveTime } from '../../rules/naive-time.ts';
import { ListOutput, RecordOutput } from './outputs.ts';

/** The columns of `openstack keypair list`. */
export type KeyPairListRow = { Name: string; Fingerprint: string; Type: string };

export const keyPairList = new ListOutput<KeyPair, KeyPairListRow>({
  Name: ({ name }) => name,
  Fingerprint: ({ fingerprint }) => fingerprint,
  Type: ({ type }) => type,
});

/** The fields of `openstack keypair create`, where `id` is the name. A private key is only there when it was just made. */
export type KeyPairRecord = {
  created_at: string | null;
  fingerprint: string;
  id: string;
  is_deleted: boolean;
  name: string;
  type: string;
  user_id: string;
  private_key?: string;
};

const FIELDS = ['created_at', 'fingerprint', 'id', 'is_deleted', 'name', 'type', 'user_id'] as const;

export const createdKeyPair = new RecordOutput<KeyPairRecord>([...FIELDS], ['private_key']);

/** `openstack keypair show` has a field for a private key too, in which there is never anything. */
export const shownKeyPair = new RecordOutput<
  Required<Omit<KeyPairRecord, 'private_key'>> & { private_key: null }
>([...FIELDS.slice(0, 5), 'private_key', ...FIELDS.slice(5)]);

export const keyPairRecord = (pair: KeyPair) => ({
  created_at: naiveTime(pair.createdAt),
  fingerprint: pair.fingerprint,
  id: pair.name,
  is_deleted: false,
  name: pair.name,
  type: pair.type,
  user_id: pair.userId,
});
