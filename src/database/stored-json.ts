/** Reads a column that should hold JSON. What is no JSON is given as the text that it is. */
export function parsedJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The attributes in an `extra` column: nothing is none, as an empty text and JSON's null are. Null where it holds
 * anything else than a JSON object: a Keystone fails on such a row with HTTP 500.
 */
export function parsedExtra(text: string | null): Record<string, unknown> | null {
  const extra = text ? parsedJson(text) : null;
  if (extra === null) return {};
  return typeof extra === 'object' && !Array.isArray(extra) ? extra : null;
}
