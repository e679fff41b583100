import { defineCheck, failure, success } from '../../../../src/checks/define-check.ts';

/** Needs all that a check can need. */
export default defineCheck({
  id: 'made-up-both',
  order: 20,
  title: 'Rows agree with files',
  needs: ['database', 'files'],
  remedy: 'edit the file',
  async run({ database, files }) {
    const file = await files.policyFile();
    return file?.text === String(database) ? success() : failure(`${file?.path} differs`, 'edit it');
  },
});
