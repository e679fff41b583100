/** The SQL that a column holds one of several texts; they are one value, a JSON array, however many there are. */
export const AMONG = 'in (select jsonb_array_elements_text(?::jsonb))';
