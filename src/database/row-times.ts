import { p } from '@mikro-orm/core';
import { InstantType } from './instant-type.ts';

/** A column for an instant in naive UTC, which may be empty. */
export const instant = () => p.type(InstantType).$type<number | null>().nullable();

/** The columns that oslo.db gives every table of Nova's; `updatedAt` is null until the row's first change. */
export const rowTimes = () => ({ createdAt: instant(), updatedAt: instant() });
