/** A column's name as openstackclient compares it: `sudo_user` is `Sudo User`. */
export const spelled = (column: string): string => column.toLowerCase().trim().replaceAll(' ', '_');
