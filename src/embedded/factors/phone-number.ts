import { ApiError } from '../http/responses.ts';

/** ITU-T E.164, assigned country codes. */
const international =
  /^\+(?<country>1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(?<rest>[\d()]+)$/;

/** Where national numbers may begin with 0: Italy, San Marino, Vatican, Côte d'Ivoire, Gabon, Congo. */
const beginWithZero = ['39', '378', '379', '225', '241', '242'];

/** Separators between the digits (ITU-T E.123), with the hyphens and spaces of Unicode. */
const separators = /[\s./\u2010-\u2015\u2212-]/g;

/**
 * E.164, as `+15554151337`. The trunk prefix of `+44 (0)20 7946 0958` is not dialled from abroad
 * (ITU-T E.123) and is removed.
 * @throws ApiError E0000098
 */
export function phoneNumber(value: unknown): string {
  const compact = typeof value === 'string' ? value.replace(separators, '') : '';
  const { country = '', rest = '' } = international.exec(compact)?.groups ?? {};
  const keepsZero = beginWithZero.includes(country);
  const national = (keepsZero ? rest : rest.replace(/^\(0\)/, '')).replace(/[()]/g, '');
  const number = `+${country}${national}`;
  const isValid = /^\+\d{7,15}$/.test(number) && (keepsZero || !national.startsWith('0'));
  if (!isValid) throw new ApiError('E0000098');
  return number;
}
