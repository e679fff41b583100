import type { Announcement, Phase } from './announcement.ts';
import { type AnnouncedKeyPair, keypairPayload } from './keypair-payload.ts';

/**
 * Tells that a key pair is made, imported or deleted (NOTE: nova/compute/api.py, KeypairAPI). At the start of `create`
 * Nova knows neither the public key nor the fingerprint, at that of `import` not the fingerprint.
 */
export const keypair = (
  action: 'create' | 'import' | 'delete',
  phase: Phase,
  pair: AnnouncedKeyPair,
): Announcement => ({
  eventType: `keypair.${action}.${phase}`,
  source: 'nova-api',
  priority: 'INFO',
  subject: JSON.stringify([pair.userId, pair.name]),
  payload: keypairPayload(knownAt(action, phase, pair)),
});

function knownAt(action: string, phase: Phase, pair: AnnouncedKeyPair): AnnouncedKeyPair {
  if (phase === 'end' || action === 'delete') return pair;
  return { ...pair, fingerprint: null, publicKey: action === 'create' ? null : pair.publicKey };
}
