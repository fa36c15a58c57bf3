import { expect, test } from 'vitest';
import { splitCif, splitFile, splitXyz } from './split';

const CIF = (name: string) => `data_${name}\n_cell_length_a 3.6\nloop_\n_atom_site_label\nCu\n`;
const FRAME = '2\nLattice="3 0 0 0 3 0 0 0 3"\nNa 0 0 0\nCl 1 1 1\n';

test('a CIF of several crystals is one file each, blocks without a cell are none', async () => {
  const text = `# by a program\ndata_global\n_publ_title x\n${CIF('one')}${CIF('two')}`;
  expect(splitCif(text)).toEqual([
    { name: 'one', text: CIF('one') },
    { name: 'two', text: CIF('two') },
  ]);
  const files = await splitFile(new File([text], 'both.cif'));
  expect(files.map((file) => file.name)).toEqual(['both one.cif', 'both two.cif']);
  expect(await files[1]?.text()).toBe(CIF('two'));
});

test('frames of XYZ are one file each', async () => {
  expect(splitXyz(`${FRAME}${FRAME}\n`).map((part) => part.text)).toEqual([FRAME, FRAME]);
  const files = await splitFile(new File([FRAME + FRAME], 'run.extxyz'));
  expect(files.map((file) => file.name)).toEqual(['run 1.extxyz', 'run 2.extxyz']);
});

test('what is one structure, cut off or of another kind stays as it is', async () => {
  expect(splitXyz(`${FRAME}3\ncut off\nCu 0 0 0\n`)).toEqual([]);
  for (const file of [
    new File([CIF('one')], 'one.cif'),
    new File([FRAME], 'one.xyz'),
    new File(['x'], 'POSCAR'),
    new File(['Cu\n1\n'], 'a.vasp'),
  ])
    expect(await splitFile(file)).toEqual([file]);
});
