/** Returns a column's name as openstackclient compares it, so that `sudo_user` finds `Sudo User`. */
export const spelled = (column: string): string => column.toLowerCase().trim().replaceAll(' ', '_');
