import type { Cells } from '../database/cells.ts';
import type { Database } from '../database/database.ts';
import { ServerEvents } from '../services/compute/server-events.ts';
import { ServerFinder } from '../services/compute/server-finder.ts';
import { ServerList } from '../services/compute/server-list.ts';
import { ServerViewer } from '../services/compute/server-viewer.ts';

/** Makes the services that look at servers, whichever cell each is in. */
export function viewServers(database: Database, cells: Cells) {
  const serverFinder = new ServerFinder(database, cells);
  return {
    serverFinder,
    serverList: new ServerList(database, cells, serverFinder),
    serverViewer: new ServerViewer(database, serverFinder),
    serverEvents: new ServerEvents(cells, serverFinder),
  };
}
