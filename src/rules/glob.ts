/**
 * Gives the regular expression, of JavaScript's and of PostgreSQL's, that matches what a pattern of a shell does: `*` is
 * any text, `?` any character, `[abc]` and `[!abc]` one of (or none of) these; a backslash takes the next one as it is.
 */
export function globExpression(pattern: string): string {
  const tokens = pattern.matchAll(/\\(.)|\[(!?)(\][^\]]*|[^\]]+)\]|([*?])|(.)/gsu);
  const parts = [...tokens].map(([, escaped, not, set, wild, plain]) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll(/[\\^[\]]/g, '\\$&')}]`;
    if (wild !== undefined) return wild === '*' ? '.*' : '.';
    return quoted((escaped ?? plain)!);
  });
  return `^${parts.join('')}$`;
}

const quoted = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
