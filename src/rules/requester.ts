/** Who asked, as the command stated it: a statement for the audit, not a proof. `sudoUser` is `SUDO_USER`. */
export type Requester = { user: string; sudoUser: string | null; host: string };
