/** In SQL: one of the texts in a JSON array, which is a statement's one value however many there are. */
export const AMONG = 'in (select jsonb_array_elements_text(?::jsonb))';
