// Reads messages, one JSON object a line, and checks each with both libraries. Fails at the first that does not verify.
import { createInterface } from 'node:readline';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

let verified = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  const payload = Buffer.from(body, 'base64').toString('utf8');
  for (const Verifier of [StandardWebhook, SvixWebhook]) {
    // Throws if it does not verify; what it returns is not the same in both.
    new Verifier(secret).verify(payload, headers);
    let forged = true;
    try {
      new Verifier(secret).verify(payload.replace('"type"', '"typo"'), headers);
    } catch {
      forged = false;
    }
    if (forged) {
      throw new Error('a changed body was taken');
    }
  }
  verified++;
}
console.log('verified ' + verified);
