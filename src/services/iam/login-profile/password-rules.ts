import type { AccountDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';

const defaultMinimumLength = 8;
const defaultKinds = 3;

/** The kinds of characters that policies ask for, with AWS's list of symbols, and how a refusal names them. */
const kinds = {
  requireUppercase: { pattern: /[A-Z]/, name: 'uppercase letter' },
  requireLowercase: { pattern: /[a-z]/, name: 'lowercase letter' },
  requireNumbers: { pattern: /[0-9]/, name: 'number' },
  requireSymbols: { pattern: /[!@#$%^&*()_+\-=[\]{}|']/, name: 'symbol' },
} as const;

/** The refusal of a password; which rule it breaks is told, the password never. */
export function violation(text = 'Password does not conform to the account password policy.'): Fault {
  return fault('PasswordPolicyViolation', text);
}

/**
 * Checks a new password against the account's policy, or without one against AWS's default: eight characters, three of the four kinds,
 * and not the account's name or e-mail address (IAM User Guide, "Set an account password policy"). Throws PasswordPolicyViolation.
 */
export function checkPassword(password: string, account: AccountDocument): void {
  const { passwordPolicy: policy } = account;
  const minimumLength = policy?.minimumLength ?? defaultMinimumLength;
  if (password.length < minimumLength) {
    throw violation(`Password should have a minimum length of ${minimumLength}`);
  }
  if (policy !== undefined) {
    for (const [rule, { pattern, name }] of Object.entries(kinds)) {
      if (policy[rule as keyof typeof kinds] && !pattern.test(password)) {
        throw violation(`Password should have at least one ${name}`);
      }
    }
    return;
  }
  const present = Object.values(kinds).filter(({ pattern }) => pattern.test(password));
  const isName = [account.name, account.email].some((name) => name.toLowerCase() === password.toLowerCase());
  if (present.length < defaultKinds || isName) throw violation();
}
