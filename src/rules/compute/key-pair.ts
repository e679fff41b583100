/** What Nova knows of a key pair; a private key is never among it. `createdAt` is in microseconds since the epoch. */
export type KeyPair = {
  id: number;
  name: string;
  userId: string;
  type: 'ssh' | 'x509';
  fingerprint: string;
  publicKey: string;
  createdAt: number | null;
};
