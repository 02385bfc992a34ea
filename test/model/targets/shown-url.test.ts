import { describe, expect, it } from '@jest/globals';
import { shownId, shownUrl } from '../../../lambda/model/targets/shown-url.ts';

const URL = 'http://10.0.0.1:9115/probe';

describe('a URL as people see it', () => {
  it.each([
    [URL, {}, URL],
    [`${URL}?token=a`, {}, `${URL}?token=<secret>`],
    [`${URL}?token=a&token=b&x=`, {}, `${URL}?token=<secret>&token=<secret>&x=`],
    [
      `${URL}?target=https%3A%2F%2Fshop.test&token=a`,
      { instance: 'https://shop.test' },
      `${URL}?target=https%3A%2F%2Fshop.test&token=<secret>`,
    ],
    ['no url?key=a b', {}, 'no url?key=<secret>'],
    [`${URL}?match[]=%7Ba%7D`, {}, `${URL}?match[]=<secret>`],
    [`${URL}?token`, {}, `${URL}?<secret>`],
    [`${URL}?a=1#token`, {}, `${URL}?a=<secret>`],
    ['http://user:token@10.0.0.1/p@q', {}, 'http://<secret>@10.0.0.1/p@q'],
    ['http://to@ken@10.0.0.1?a=1@2', {}, 'http://<secret>@10.0.0.1?a=<secret>'],
    ['//user:token@10.0.0.1', {}, '//<secret>@10.0.0.1'],
    ['user:token@10.0.0.1:80/p?a=1', {}, '<secret>@10.0.0.1:80/p?a=<secret>'],
    ['/p@q', {}, '/p@q'],
  ])('%s with the labels %j is %s', (url, labels, shown) => {
    expect(shownUrl(url, labels)).toBe(shown);
    expect(shownId({ id: `job ${url}`, url, labels })).toBe(`job ${shown}`);
    const other = ' [["env","$& b"]]';
    expect(shownId({ id: `job ${url}${other}`, url, labels })).toBe(`job ${shown}${other}`);
  });
});
