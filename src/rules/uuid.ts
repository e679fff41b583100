const CANONICAL = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Tells whether a text is a uuid as programs write it, in small letters. */
export const isCanonicalUuid = (text: string): boolean => CANONICAL.test(text);

/** Tells whether a text is written as a uuid is, in small letters or capitals. */
export const isUuid = (text: string): boolean => isCanonicalUuid(text.toLowerCase());
