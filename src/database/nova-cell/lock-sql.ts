/** Gives the texts of a parameter that is a JSON array, since the driver writes arrays in a way of its own. */
export const UUIDS = 'select jsonb_array_elements_text(?::jsonb)';

/**
 * Is one of them. A subquery behind `in` is estimated at a single row beside another condition, and then whole tables are read
 * again and again; an array is looked up in the index.
 */
export const IS_GIVEN = `= any (array(${UUIDS}))`;

/** Reads the reason of the lock of `instances i`; of two the newer one. */
export const LOCKED_REASON = `select value from instance_system_metadata m
  where m.instance_uuid = i.uuid and m.key = 'locked_reason' order by m.id desc limit 1`;

/** Says which account has asked, as a row of keyward's has it. */
export const ACCOUNT =
  "requester_user || coalesce(' (sudo by ' || requester_sudo_user || ')', '') || '@' || requester_host";
