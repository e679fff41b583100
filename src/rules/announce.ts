/** Says what is going on, one line at a time. */
export type Announce = (line: string) => void;
