/** What Keystone stores in place of "no domain", because NULL can't take part in unique (name, domain_id). */
export const NO_DOMAIN = '<<null>>';

/** The row that is the domain of all domains; it is never shown. */
export const ROOT_DOMAIN = '<<keystone.domain.root>>';
