/** Says who asked, as the command stated it: the audit keeps a statement, not a proof. `sudoUser` is `SUDO_USER`. */
export type Requester = { user: string; sudoUser: string | null; host: string };
