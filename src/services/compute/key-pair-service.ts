import type { Database } from '../../database/database.ts';
import { keysetPages, limited } from '../../database/keyset-pages.ts';
import {
  deleteKeyPair,
  findKeyPair,
  insertKeyPair,
  listKeyPairs,
} from '../../database/nova-api/key-pair.repository.ts';
import {
  assertKeyPairName,
  type KeyPair,
  type KeyType,
  type MadeKey,
  type PublicKey,
} from '../../rules/compute/key-pair.ts';
import { RuleError } from '../../rules/errors.ts';
import { type Actor, type AuditedChange, writeAudit } from '../audit/audit-writer.ts';
import { makeKey, readPublicKey } from './ssh-keys.ts';

const PAGE = 1000;

type Named = { userId: string; name: string };

/**
 * The key pairs of users, in the API database. nova-api does the same by plain writes, so that this works beside it
 * (NOTE: nova/compute/api.py, KeypairAPI). Nova's notifications and its quota are left out.
 */
export class KeyPairService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  makeKey = (type: KeyType): Promise<MadeKey> => makeKey(type);

  readPublicKey = (text: string): Promise<PublicKey> => readPublicKey(text);

  /** Gives a user a public key under a name that they have no other one of; a private key is not stored. */
  async create(wanted: Named & PublicKey, actor: Actor): Promise<KeyPair> {
    const { userId, name, publicKey, fingerprint } = wanted;
    assertKeyPairName(name);
    try {
      return await this.#database.transact(actor, async (em) => {
        const made = await insertKeyPair(em, { userId, name, publicKey, fingerprint, type: 'ssh' });
        await writeAudit(em, actor, [
          { ...subject(made), action: 'create', before: null, after: shown(made) },
        ]);
        return made;
      });
    } catch (error) {
      // The table has one unique key that a new row may meet: a user's names.
      throw (error as Error).name === 'Conflict' ? taken(name) : error;
    }
  }

  /** Shows a user's key pair; refuses a name that they have none of. */
  async show({ userId, name }: Named): Promise<KeyPair> {
    const found = await this.#database.read((em) => findKeyPair(em, userId, name));
    if (found) return found;
    throw notFound({ userId, name });
  }

  /** Gives pages in the order of the names. `marker` is the name that the first page comes after. */
  async *list(
    userId: string,
    { limit, marker }: { limit?: number | undefined; marker?: string | undefined },
  ): AsyncGenerator<KeyPair[]> {
    if (marker !== undefined) await this.#assertMarker(userId, marker);
    const pages = keysetPages<KeyPair>(PAGE, (last) =>
      this.#database.read((em) =>
        listKeyPairs(em, userId, { after: last?.name ?? marker ?? null, limit: PAGE }),
      ),
    );
    yield* limited(limit, pages);
  }

  /** Deletes a user's key pair. Servers that were made with it keep the key. */
  async delete({ userId, name }: Named, actor: Actor): Promise<void> {
    await this.#database.transact(actor, async (em) => {
      const found = await findKeyPair(em, userId, name);
      // Another one may have deleted it meanwhile.
      if (!found || !(await deleteKeyPair(em, found))) throw notFound({ userId, name });
      await writeAudit(em, actor, [
        { ...subject(found), action: 'delete', before: shown(found), after: null },
      ]);
    });
  }

  async #assertMarker(userId: string, marker: string): Promise<void> {
    if (await this.#database.read((em) => findKeyPair(em, userId, marker))) return;
    throw new RuleError('NotFound', `Marker ${marker} could not be found.`, {
      cure: 'Give the name of the last one that was listed.',
    });
  }
}

/** A key pair has no uuid; its name and whose it is, in `before` and `after`, tell which it is. */
const subject = ({ name }: KeyPair): Pick<AuditedChange, 'resource' | 'name' | 'id'> => ({
  resource: 'key pair',
  name,
  id: null,
});

const shown = ({ userId, name, type, fingerprint, publicKey }: KeyPair): object => ({
  user_id: userId,
  name,
  type,
  fingerprint,
  public_key: publicKey,
});

const taken = (name: string): RuleError =>
  new RuleError('KeyPairExists', `Key pair '${name}' already exists.`, {
    cure: 'Choose another name, or delete that one first.',
    outcome: 'unchanged',
  });

const notFound = ({ userId, name }: Named): RuleError =>
  new RuleError('NotFound', `Keypair ${name} not found for user ${userId}.`, {
    cure: 'See `keyward keypair list`.',
  });
