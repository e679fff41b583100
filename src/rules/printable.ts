/** Shows control characters in a text of one line, since a terminal would obey those in a name. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, shown);

/** Does the same in a text that may have several lines. */
export const printableLines = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, shown);

const shown = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
