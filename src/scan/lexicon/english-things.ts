// English nouns by what attacks want with them: what they steal, where it goes, what they change.
import type { Language } from '../lexicon.ts'

const list = (words: string): readonly string[] => words.split(/\s*,\s*/)

export const englishThings = {
  assistant: list('assistant, model, agent, chat bot'),
  rules: list(
    'instruction, guideline, prompt, rule, directive, constraint, direction, guidance, order, programming, system message, developer message, command, training, restriction, safeguard, principle, protocol, policy, limitation, safety measure, boundary, role',
  ),
  secret: list(
    'password, passphrase, passcode, private key, secret key, secret, credential, api key, apikey, access key, access token, auth token, bearer token, session token, session cookie, cookie, ssh key, signing key, encryption key, master key, recovery code, seed phrase, mnemonic, recovery phrase, one time code, otp, two factor code, verification code, pin code, .env, env file, dotenv, environment variable, .ssh, id rsa, id ed25519, id ecdsa, id dsa, authorized keys, known hosts, .aws, aws credentials, .netrc, netrc, .npmrc, .pypirc, .pgpass, .git credentials, git credentials, .docker, docker config json, .kube, kubeconfig, kube config, application default credentials json, service account json, service account key, .gnupg, secring gpg, keychain, keyring, key store, keystore, wallet dat, login data, etc passwd, etc shadow, sam database, bash history, zsh history, shell history, .bash history, .zsh history, saved login, saved password, browser profile, cookies sqlite, connection string, client secret, refresh token, oauth token, jwt, github token, personal access token, webhook secret, database password, .pem, credentials json, secrets json, secrets yaml, tfstate, .htpasswd, vault token, license key, api token, security token, bot token, login token, service token, user token, their token, tokens and, run env, process environment, environment dump, shell environment, .config, .mozilla, .thunderbird, .password store, .azure, .gcloud, hosts yml, proc self environ, printenv, output of env',
  ),
  private: list(
    'inbox, mailbox, contact, address book, home directory, home folder, user data, personal data, personal information, customer data, subscriber list, customer list, browsing history, browser history, passport number, social security number, ssn, credit card, card number, bank detail, medical record, salary, source code, repository, workspace, user file, document, local file, clipboard, screenshot, location, calendar, photo, email, e mail, message, draft, file, confidential information, internal document, database, financial record, health record, phone number, home address, whereabouts',
  ),
  talk: list(
    'conversation, conversation history, chat history, chat log, chat transcript, transcript, system prompt, system message, system instruction, developer message, developer prompt, list of tools, tool list, tools list, list of available tools, available tools, tools at your disposal, last messages, recent messages, messages of the user, earlier messages, prior messages, developer instructions, system instructions, internal instructions, internal prompt, hidden prompt, base prompt, custom instructions, names of all other tools, names of all tools, names of other tools, all other tools, all your tools, tools you have access to, everything you know, all you know about, whatever you know about, what you know about the user, prompt the user, every prompt, each prompt, what the user types, everything the user types, user types, what were you told, what are your instructions, what were your instructions, list of all tools, list of your tools, tools you can call, tools that you can call, tools you can use, tools available to you, names of your tools, tools you have, what the user said, what the user has said, user has said, user said, everything the user, user message, message history, previous message, chain of thought, reasoning trace, dialogue, dialog, memory entry, memory entries, your instructions, your current instructions, your initial instructions, your original instructions, your prompt, your context, your memory, context window, full context, earlier chats, previous chats, previous conversations, earlier conversations, prompt history, everything above, text above, words above, hidden instructions, initial prompt, original prompt, full message, whole chat, chat, your configuration',
  ),
  param: list(
    'parameter, argument, field, header, property, query parameter, input, body, comment, signature, metadata, memo',
  ),
  outside: list(
    'webhook, external server, remote server, external host, remote host, external endpoint, remote endpoint, third party server, third party endpoint, third party, external service, external address, external url, external analytics endpoint, analytics endpoint, attacker, collector, exfiltration, collection server, collection endpoint, external recipient, external email, outside address, pastebin, ngrok, requestbin, discord webhook, slack webhook, telegram bot, public gist, drop box, command and control, c2 server, outside server, offsite, external location, external api, external domain, external party, our server, our servers, backup server, logging server, telemetry endpoint, telemetry server, monitoring endpoint, partner server',
  ),
  config: list(
    'claude md, agents md, gemini md, cursorrules, .cursorrules, cursor rules, windsurfrules, .windsurfrules, copilot instructions md, copilot instructions, mcp json, mcp config, claude desktop config json, claude json, settings json, .bashrc, bashrc, .zshrc, zshrc, .profile, bash profile, .bash profile, crontab, cron job, cron tab, launch agent, launchagents, systemd unit, systemd service, startup folder, startup script, registry run key, autostart, git hook, pre commit hook, post checkout hook, .gitconfig, gitconfig, .git hooks, authorized keys, ssh config, etc hosts, sudoers, .vscode, tasks json, launch json, package json script, postinstall script, agent config, agent configuration, memory file, memory md, skill md, .clinerules, clinerules, .mcp json, auto approve list',
  ),
  tool: list('tool, function, endpoint, action, plugin, server, operation, api, extension, connector'),
  session: list(
    'future session, later session, every session, all sessions, new session, next session, future conversation, all conversations, future chat, later conversation, from now on, permanently, from this point on, in future, in the future, going forward, from here on, for ever, forever, next time, rest of the conversation, rest of the session, rest of this session, remainder of this conversation, remainder of the session, all subsequent answers, all subsequent replies, every message, every answer, every reply, every response, every follow up, follow up message, later turn, all later',
  ),
  safety: list(
    'safety, filter, safeguard, guardrail, security, moderation, sanitization, sanitisation, validation, protection, content policy, ethics, safety check, restriction, ethical guideline, safety rule, safety guideline, permission check, permission verification, access control, content filtering, refusal, censorship, alignment, confirmation step, two factor authentication, security check, authentication check',
  ),
  money: list(
    'beneficiary, payee, payment, refund, wallet, invoice, iban, bank account, credit card, crypto, eth, btc, bitcoin, usdc, usdt, gift card, funds, transfer of funds, payout, account number, donation, purchase, eur, usd, bank transfer, wire transfer',
  ),
  free: list('jailbreak mode'),
  repeat: list('endless loop, infinite loop'),
} as const satisfies Language['nouns']
