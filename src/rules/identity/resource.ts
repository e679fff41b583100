/** Resource options by their API names; `immutable` null or absent: never set. */
export type ResourceOptions = { immutable?: boolean | null; [option: string]: unknown };

/** A resource with the attributes and names of Keystone's API; what has no column of its own comes from `extra`. */
export type Resource = {
  id: string;
  name: string;
  options: ResourceOptions;
  [attribute: string]: unknown;
};

/** What requests to make and to change a resource share, in the API's words; further keys go to `extra`. */
type Attributes = {
  description?: string | null;
  enabled?: boolean;
  default_project_id?: string | null;
  options?: ResourceOptions;
  password?: string;
  [attribute: string]: unknown;
};

/** A request to change a resource. Its keys are what the immutability rule counts. */
export type ResourcePatch = Attributes & { name?: string; tags?: TagEdit };

/** Tags are edited, not replaced, so that two edits at once don't undo each other. `clear` comes first. */
export type TagEdit = { add: string[]; remove: string[]; clear: boolean };

/** A request to make a resource; `domain_id` null: a global role, or a domain. */
export type ResourceValues = Attributes & {
  name: string;
  domain_id?: string | null;
  parent_id?: string | null;
  tags?: string[];
};
