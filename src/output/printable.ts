/** Names may hold control characters, which a terminal obeys; they are shown instead. */
export const printable = (text: string): string =>
  text.replaceAll(/[^\P{Cc}\n]/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
