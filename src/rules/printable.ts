/** Names may hold control characters, which a terminal obeys; they are shown instead. For what is one line. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, shown);

/** The same for what may have several lines. */
export const printableLines = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, shown);

const shown = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
