import assert from 'node:assert/strict';
import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/temporary-directory.ts';
import { addSection, awsConfigFile, findSection, sectionOf } from './aws-config-file.ts';

test('the file is where AWS keeps it, or where the environment says', () => {
  assert.equal(awsConfigFile({ HOME: '/home/ada' }, '/here'), '/home/ada/.aws/config');
  assert.equal(awsConfigFile({ HOME: '/home/ada', AWS_CONFIG_FILE: 'config' }, '/here'), '/here/config');
  assert.equal(awsConfigFile({ HOME: '/home/ada', AWS_CONFIG_FILE: '~/c' }, '/here'), '/home/ada/c');
  assert.throws(() => awsConfigFile({}, '/here'), {
    message: 'there is no home directory: set HOME or AWS_CONFIG_FILE',
  });
});

test('a section is found by its name, whatever surrounds it', () => {
  const text =
    '[default]\nregion = a\n\n[ profile  ada ] # mine\n region = b\n\nx = y\n[profile adam]\nregion = c\n';
  assert.deepEqual(findSection(text, sectionOf('default')), ['region = a']);
  assert.deepEqual(findSection(text, sectionOf('ada')), ['region = b', 'x = y']);
  assert.equal(findSection(text, sectionOf('a')), undefined);
  assert.deepEqual(findSection('[profile empty]', sectionOf('empty')), []);
});

test('a section is added behind what is there, which stays as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, '.aws', 'config');
  await addSection(file, 'profile one', { region: 'a' }, 'u1');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await writeFile(file, '# by hand\n[default]\nregion=b');
  await chmod(file, 0o644);
  await addSection(file, 'profile two', { region: 'c', endpoint_url: 'd' }, 'u2');
  assert.equal(
    await readFile(file, 'utf8'),
    '# by hand\n[default]\nregion=b\n\n[profile two]\nregion = c\nendpoint_url = d\n',
  );
  assert.equal((await stat(file)).mode & 0o777, 0o644);
  assert.deepEqual(await readdir(join(directory, '.aws')), ['config']);
});

test('a file that is a link stays one', async (t) => {
  const directory = await temporaryDirectory(t);
  const [file, target] = [join(directory, 'config'), join(directory, 'dotfiles-config')];
  await writeFile(target, '');
  await symlink(target, file);
  await addSection(file, 'profile one', { region: 'a' }, 'u1');
  assert.equal((await lstat(file)).isSymbolicLink(), true);
  assert.equal(await readFile(target, 'utf8'), '[profile one]\nregion = a\n');
});
