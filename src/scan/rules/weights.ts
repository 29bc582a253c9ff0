// What signs of a sentence, and pairs of them, weigh for TP-136: learned from labelled definitions, so it is data, not judgement.

export const weights: { readonly [sign: string]: string } = {
  account: 'alone 0.45, answer 0.23, before 0.69, later 0.53, money 0.17, order 0.34, prose 0.45',
  always: 'alone -2.53',
  answer:
    'ask 0.2, ask! 0.27, assistant 0.19, best -0.1, call! 0.13, config 0.13, delete 0.24, delete! -0.14, detect -0.39, first -0.3, free -0.2, goods-beside -0.14, ignore 0.26, ignore! 0.41, keeper -0.17, mail -0.2, not 0.32, odd 0.51, outside -0.09, param -0.31, please -0.12, pressure -0.28, pretext 0.32, prose -0.09, put -0.14, read -0.09, regardless 0.15, remember -0.21, remember! -0.25, repeat -0.22, repeat! -0.24, run! 0.28, safety 0.15, said 0.18, says-conceal 0.21, secret 0.22, send -0.1, send! 0.16, session 0.24, talk 0.21, tell -0.08, tool -0.16, url 0.29, user 0.15, write -0.11, write! 0.2',
  'answer!':
    'ask 0.17, ask! 0.12, call 0.11, detect -0.23, ignore 0.45, ignore! 0.43, keeper -0.14, later 0.11, mail -0.22, must -0.19, prefer 0.14, pressure -0.17, prior 0.17, private 0.23, put! 0.12, regardless 0.11, run -0.25, run! -0.17, secret 0.35, send! 0.15, you -0.3',
  ask: 'assistant -0.13, authority -0.12, call 0.08, delete! 0.17, detect -0.17, first -0.2, free 0.29, goods-beside 0.09, money 0.61, must -0.19, not -0.2, odd 0.08, outside 0.09, parameter -0.15, please 0.24, prefer -0.16, pressure 0.18, prior 0.13, put! 0.2, read -0.23, read! -0.19, regardless 0.36, remember 0.35, repeat -0.25, rules 0.12, run 0.12, run! 0.12, safety 0.14, says-consent 0.78, send -0.18, send! 0.21, talker -0.19, tell -0.08, url 0.1, user 0.14, write -0.14, write! -0.1, you -0.11',
  'ask!':
    'authority 0.08, before -0.45, call -0.1, delete -0.32, every -0.25, keeper 0.33, must -0.28, not -0.09, parameter 0.18, please -0.15, prior 0.25, private 0.1, prose -0.17, put 0.27, put! 0.31, read 0.12, secret 0.33, send 0.22, talker 0.24, tell 0.09, user -0.23',
  assistant:
    'before -0.11, call -0.25, config 0.1, delete 0.19, delete! 0.1, detect -0.11, first -0.43, ignore 0.13, later 0.14, must 0.74, odd -0.32, order 0.12, param -0.17, please 0.22, prior -0.09, private 0.48, prose 0.1, put! 0.18, read 0.08, read! 0.14, remember 0.44, remember! 0.32, rules 0.09, said -0.08, secret 0.34, send 0.1, talker -0.09, tell! -0.1, tool -0.13, user 0.13, write 0.16, write! 0.2, you -0.1',
  authority:
    'before -0.22, call -0.09, call! 0.09, delete! 0.23, first -0.15, free 0.49, ignore 0.24, ignore! 0.24, keeper -0.11, mail 0.24, must -0.24, order 0.15, please -0.16, private 0.14, put! 0.17, read -0.22, read! -0.25, role 0.11, rules -0.25, run 0.25, safety 0.44, secret 0.22, talker -0.21, user -0.09, write -0.14, write! -0.27, you 0.12',
  before:
    'best 0.13, call! -0.19, delete -0.13, delete! 0.29, first -0.19, hidden-beside 0.11, ignore 0.23, inner 0.14, later 0.09, mail 0.25, manual -0.13, money 0.41, must -0.1, not -0.27, odd 0.22, param 0.12, prefer 0.26, prefer! 0.11, pressure 0.24, pretext -0.22, private 0.09, read! 0.33, regardless 0.4, remember! -0.11, repeat! 0.1, rules -0.11, run 0.2, run! 0.32, said 0.17, says-override -0.21, secret 0.31, talk 0.35, talker 0.12, tell 0.18, tell! -0.08, write! 0.15',
  best: 'alone 0.32, call! -0.15, every 0.35, later 0.39, order -0.14, prior -0.12, prose 0.43, read -0.23, safety -0.18, tool -0.13, user -0.16, you -0.1',
  call: 'config -0.11, first -0.23, free 0.29, goods-beside -0.09, ignore 0.13, ignore! 0.1, inner -0.12, mail 0.12, manual -0.13, odd 0.1, parameter -0.35, prefer -0.45, prefer! -0.19, pressure 0.27, read -0.22, read! -0.12, regardless 0.17, remember 0.11, repeat 0.16, repeat! 0.37, role 0.12, rules -0.3, run -0.14, run! 0.22, safety 0.16, says-conceal 0.34, says-consent 0.46, send -0.1, session -0.1, url 0.39, write -0.11, write! -0.17, you -0.09',
  'call!':
    'every -0.11, first 0.26, ignore 0.19, ignore! 0.24, keeper 0.26, manual -0.09, money -0.1, must -0.12, not -0.08, param 0.29, parameter -0.31, please -0.29, prefer -0.34, pressure 0.33, pretext -0.15, prior 0.21, put -0.08, read -0.29, read! -0.12, remember 0.35, remember! 0.17, repeat 0.24, rules 0.11, run 0.19, run! 0.43, safety -0.1, said 0.21, secret 0.35, talker 0.1, tell -0.14, tell! -0.09, tool 0.17, url 0.3, write 0.17, write! 0.1, you -0.08',
  config:
    'every 0.33, first -0.18, later 0.17, order 0.42, parameter -0.1, prior -0.09, private -0.09, prose 0.09, put 0.31, put! 0.33, read 0.24, run 0.22, user -0.17, write 0.2, write! 0.36',
  delete:
    'alone -0.14, first -0.27, goods-beside -0.11, ignore 0.7, ignore! 0.16, keeper -0.14, later -0.09, money -0.27, not 0.24, outside 0.62, param -0.13, parameter -0.29, please -0.11, pretext -0.09, prior 0.17, private -0.27, prose -0.16, read 0.11, read! -0.13, rules -0.2, run! 0.27, says-consent 0.37, session 0.1, talker -0.2, user -0.24, write -0.15',
  'delete!':
    'every -0.1, first -0.13, ignore 0.29, ignore! 0.09, keeper -0.09, later 0.18, not 0.24, parameter -0.13, please -0.1, pressure 0.11, prose 0.11, put -0.15, read! -0.11, run -0.13, secret 0.22, send -0.09, talker -0.1, tell -0.11, tool 0.22, you -0.19',
  detect:
    'alone -0.23, every -0.19, first -0.3, goods-beside 0.32, ignore -0.21, ignore! -0.19, keeper -0.11, later -0.14, must 0.25, not -0.11, parameter -0.21, please -0.13, pressure 0.21, prior -0.38, prose -0.18, put -0.17, read -0.09, read! 0.17, rules -0.33, run 0.12, run! 0.11, safety -0.11, secret 0.27, send -0.1, send! 0.16, talk -0.17, talker -0.16, tell -0.29, tell! -0.19, tool -0.12, url -0.11, user -0.24, write -0.1, you -0.19',
  every:
    'first -0.27, free 0.5, ignore 0.32, keeper -0.17, mail 0.29, money -0.12, must 0.18, odd -0.1, please 0.14, prefer -0.08, prefer! 0.26, pressure -0.37, pretext 0.2, prior 0.16, private 0.23, put! 0.25, read! 0.09, remember 0.09, repeat 0.13, role 0.13, rules 0.1, run! 0.13, safety 0.36, said 0.41, says-conceal 0.29, says-consent 0.21, says-override 0.15, secret 0.22, send 0.14, send! 0.12, session 0.56, talk 0.41, talker 0.14, tool 0.11, url 0.27, user 0.08, write 0.1, write! 0.44, you 0.24',
  first:
    'alone -0.1, goods-beside -0.26, inner -0.16, keeper -0.19, not -0.1, order -0.15, param 0.3, prefer 0.39, pressure 0.31, prior -0.2, prose -0.1, put -0.1, read -0.09, read! -0.19, remember 0.24, repeat -0.2, rules -0.35, run -0.11, safety -0.26, secret -0.1, send 0.09, send! -0.23, talk -0.31, talker 0.15, tell -0.2, tell! -0.11, url -0.27, user -0.22, write -0.26, you -0.34',
  free: 'alone 0.71, ignore -0.16, ignore! -0.31, later 0.81, not 0.44, prior 0.31, prose 0.72, read -0.15, rules 0.09, run 0.22, tell -0.34, tool 0.27, you 0.11',
  'goods-beside':
    'alone -0.17, keeper -0.25, later -0.12, must -0.09, not -0.12, param 0.14, parameter -0.18, private 0.13, prose -0.13, read! 0.29, remember -0.12, run -0.21, run! -0.14, secret -0.12, send -0.31, send! -0.2, talker -0.14, tell -0.11, user -0.21, write -0.18, you -0.14',
  harm: 'alone 0.68, later 0.15, prose 0.59, says-exfil 0.31, secret 0.62, send 0.2',
  'hidden-beside':
    'alone 0.15, later 0.15, order 0.19, param 0.17, prose 0.17, put 0.08, put! 0.09, read 0.21, read! 0.24, secret 0.19',
  ignore:
    'keeper -0.17, manual -0.08, must 0.15, not -0.19, odd 0.11, outside 0.2, param 0.43, parameter -0.32, please -0.1, prefer -0.11, pressure -0.17, prior 0.27, put -0.16, put! -0.16, read -0.23, read! -0.08, rules 0.19, run 0.1, run! 0.19, safety 0.54, secret 0.09, send -0.16, talk 0.16, talker 0.24, tool 0.49, url 0.18, user 0.08, write -0.17, write! -0.14, you 0.41',
  'ignore!':
    'inner -0.1, keeper -0.1, must 0.17, not -0.16, odd 0.13, param 0.33, parameter -0.24, prior 0.22, private -0.32, put! -0.08, read -0.22, rules 0.24, run -0.2, safety 0.48, says-override 0.1, secret 0.14, talker 0.25, tell -0.1, tool 0.15, user 0.12, write! 0.09, you 0.42',
  inner:
    'alone 0.1, later 0.21, must 0.2, order 0.09, param 0.14, parameter 0.08, please 0.21, prior 0.18, put! 0.17, read 0.14, rules 0.19, run -0.13, send -0.13, talk 0.09, talker -0.25, tell -0.14, tell! -0.21, you 0.15',
  ip: 'alone 0.24, later 0.25, private 0.21, prose 0.24',
  keeper:
    'alone -0.17, later -0.17, must -0.24, not -0.34, order -0.14, param 0.24, parameter -0.26, please -0.15, pressure 0.18, prior -0.32, prose -0.14, put! -0.22, read -0.25, read! -0.16, remember 0.13, repeat 0.21, run! 0.15, safety -0.14, secret -0.23, tell -0.19, tell! -0.12, tool -0.16, write -0.11, write! -0.13, you -0.16',
  later:
    'mail 0.58, manual -0.2, money 0.09, odd 0.11, outside 0.13, parameter -0.25, phone 0.33, pressure -0.24, private -0.11, put! 0.08, quiet 0.25, read! 0.18, regardless 0.36, remember 0.21, repeat 0.36, role 0.15, safety -0.08, says-conceal 0.56, says-consent 0.87, says-exfil 0.26, says-override 0.49, secret 0.18, send 0.14, send! 0.1, session 0.25, talk 0.21, talker -0.16, tell 0.1, url 0.43, user 0.19, write -0.13, you 0.1',
  mail: 'alone 0.63, must 0.41, odd 0.4, order 0.24, outside 0.17, parameter -0.39, please 0.18, private 0.37, prose 0.72, put 0.11, read 0.24, read! 0.09, secret 0.24, send 0.69, send! 0.17, tell! -0.17',
  manual:
    'alone -0.2, order -0.17, please -0.09, prior -0.09, prose -0.21, read -0.13, send -0.11, tool -0.12, you -0.14',
  money:
    'not 0.12, order 0.29, parameter -0.16, please -0.1, prior 0.31, private 0.08, prose 0.17, read -0.1, send -0.24, tell 0.18, tell! 0.22, user 0.36, write! 0.19',
  must: 'not 0.13, odd 0.3, param 0.13, parameter -0.16, prefer 0.18, prefer! 0.26, pressure -0.09, prior 0.39, private 0.28, put -0.11, read -0.14, regardless 0.21, remember 0.52, rules -0.24, run -0.1, safety -0.27, said 0.17, says-conceal 0.38, send 0.18, send! -0.08, session 0.08, talk 0.12, tell 0.18, tell! 0.16, tool -0.16, url 0.49, write -0.22, write! -0.12, you -0.14',
  not: 'odd 0.42, outside 0.13, param -0.11, parameter -0.11, please -0.11, prefer -0.15, prior -0.29, private -0.11, put -0.21, put! 0.22, remember 0.28, repeat -0.09, rules -0.25, run -0.34, run! -0.38, safety 0.19, said -0.34, says-conceal 0.2, says-consent 0.54, secret -0.63, send -0.09, send! 0.12, talk -0.25, tell 0.53, tell! -0.14, tool 0.15, user 0.42, write -0.21, write! 0.19',
  odd: 'alone 0.11, order -0.25, please 0.24, prior 0.1, private -0.2, put -0.08, put! -0.16, read! -0.42, rules 0.09, run 0.25, run! 0.25, secret 0.47, send 0.18, tell 0.28, tool 0.11, url -0.29, user 1.7, write -0.15, write! -0.15, you 0.4',
  order:
    'param 0.12, phone 0.33, pressure 0.13, quiet 0.27, regardless 0.34, remember! -0.09, repeat -0.12, role 0.1, rules 0.11, run -0.09, says-conceal 0.18, says-consent 0.42, says-exfil 0.13, secret 0.42, talk 0.19, talker -0.12, url 0.57',
  outside:
    'alone 0.11, param -0.17, parameter -0.29, please 0.4, private 0.36, prose 0.11, put 0.52, put! 0.13, read 0.38, secret 0.08, send 0.64, send! 0.21, talker 0.1, tell -0.11, tool 0.2, user 0.11, write -0.22',
  param:
    'parameter -0.33, please 0.09, prefer -0.17, prefer! -0.1, pressure 0.15, prior -0.09, read 0.18, read! 0.23, regardless 0.5, remember 0.19, rules 0.19, run -0.3, run! -0.22, secret 0.32, send! -0.13, talk 0.24, talker -0.3, tell -0.11, tell! 0.14, tool 0.12, user 0.24, write -0.1, you -0.09',
  parameter:
    'alone -0.25, please -0.18, prefer -0.17, prefer! -0.11, pressure 0.09, pretext 0.26, prior -0.28, private -0.19, put -0.08, put! 0.11, regardless -0.23, remember 0.08, remember! 0.24, repeat -0.14, rules -0.15, run 0.31, run! 0.42, safety -0.34, said 0.12, says-override 0.32, secret 0.34, send -0.3, send! -0.14, talk 0.28, talker -0.2, tell -0.15, tell! 0.21, url 0.17',
  phone: 'alone 0.31, private 0.28, prose 0.31, put 0.25',
  please:
    'pressure 0.13, pretext 0.09, prior 0.11, private 0.14, prose 0.12, put 0.14, read! -0.1, regardless 0.18, remember! -0.18, repeat -0.2, rules 0.11, safety -0.14, secret 0.63, send 0.17, send! 0.17, talker -0.26, tell 0.31, tool 0.09, url 0.15, write 0.09, write! 0.11',
  prefer:
    'alone 0.26, pressure -0.11, prior 0.08, private -0.42, prose 0.35, put! -0.09, read -0.08, read! -0.28, rules -0.12, run -0.17, run! -0.11, send 0.32, tell -0.16, tool -0.09, url 0.16, write -0.15, you -0.18',
  'prefer!': 'prior 0.29, private -0.21, prose 0.09, put 0.24, tool 0.18, user -0.13',
  pressure:
    'alone -0.08, pretext -0.17, prior -0.14, private 0.13, prose -0.13, put -0.1, put! -0.18, read! 0.09, rules -0.12, run 0.37, run! 0.47, safety -0.12, send 0.2, tell -0.23, tell! -0.17, tool 0.14, write -0.11, you -0.25',
  pretext:
    'prior 0.1, private 0.29, prose -0.11, put! 0.1, read 0.28, run -0.1, safety 0.1, secret 0.2, send 0.11, talk 0.35, user 0.09',
  prior:
    'private 0.11, regardless 0.16, remember 0.25, remember! 0.24, role 0.21, rules 0.25, run -0.22, run! 0.08, safety 0.31, said 0.08, says-override 0.2, secret 0.13, send -0.15, session 0.35, talk 0.26, talker 0.14, tell! -0.1, tool 0.4, user -0.16, write! 0.17, you 0.14',
  private:
    'alone -0.08, put! 0.29, read! 0.15, regardless 0.27, remember! -0.15, repeat 0.19, run -0.17, secret 0.2, send 0.23, send! 0.12, session 0.26, talk 0.14, talker 0.23, tool -0.17, url -0.24, user 0.31, write! 0.18',
  prose:
    'quiet 0.27, regardless 0.74, remember 0.24, remember! -0.21, repeat 0.34, role 0.15, run -0.15, run! -0.14, says-conceal 0.51, says-consent 0.95, says-exfil 0.21, says-override 0.19, send 0.21, send! 0.1, session 0.28, url 0.57, user 0.09, write -0.2',
  put: 'read 0.12, regardless 0.34, remember -0.18, remember! -0.26, repeat 0.26, run -0.17, run! -0.1, says-conceal 0.1, says-override -0.09, secret 0.34, talk 0.16, talker -0.19, tell -0.17, tell! -0.12, url 0.41, write! 0.11, you -0.14',
  'put!':
    'read 0.29, read! 0.44, regardless 0.11, remember! -0.15, repeat -0.21, rules 0.12, run 0.19, run! 0.31, said 0.09, says-conceal 0.1, secret 0.56, send 0.2, send! 0.17, talk 0.38, talker -0.12, tell! 0.1, tool 0.09, url 0.51, user 0.29, write 0.12, write! 0.15, you -0.08',
  quiet: 'alone 0.2, read 0.29, send 0.25, send! 0.22, user 0.21',
  read: 'regardless -0.09, repeat -0.08, rules -0.19, run! 0.23, says-conceal 0.08, says-override -0.18, secret 0.54, send 0.19, send! 0.18, session 0.18, talker -0.13, tell -0.09, tool -0.13, url 0.73, user -0.09',
  'read!':
    'rules -0.19, safety -0.18, says-override -0.12, secret 0.54, send 0.09, send! 0.45, talker -0.18, tool -0.09, url 0.14, user 0.22, you 0.13',
  regardless: 'alone 0.43, said 0.26, user 0.43, write 0.23, write! 0.19',
  remember:
    'alone 0.25, remember! -0.09, repeat! 0.13, safety -0.11, secret 0.16, send -0.22, send! -0.08, session -0.15, talker -0.25, user 0.57, write -0.18, write! -0.1, you -0.18',
  'remember!':
    'alone -0.09, repeat 0.13, repeat! 0.13, safety -0.11, secret 0.22, send -0.26, talker -0.12, tell -0.1, tool -0.09, you -0.13',
  repeat:
    'alone 0.22, rules -0.3, run -0.15, run! -0.11, send 0.13, send! -0.17, talk -0.2, tell 0.11, tool 0.57, user 0.1, write -0.15',
  'repeat!': 'user 0.12',
  role: 'alone 0.1',
  rules:
    'run 0.59, run! 0.45, safety 0.13, says-conceal 0.24, says-override 0.52, send -0.16, session 0.25, talk 0.25, tell -0.17, tell! -0.12, tool 0.17, url 0.31, user 0.12, write -0.09, you 0.74',
  run: 'safety 0.37, said -0.18, secret -0.27, send! 0.23, talk 0.26, tell! -0.33, url 0.24, user -0.12, you 0.39',
  'run!':
    'said -0.18, secret -0.2, send 0.32, send! 0.43, talk -0.11, talker 0.19, tell 0.22, tell! -0.19, tool 0.21, url 0.19, user 0.15, write -0.09, you -0.08',
  safety: 'alone -0.17, secret -0.28, send -0.16, tool 0.17, user -0.32, you 0.4',
  said: 'send -0.1, talk 0.12, talker 0.16, write 0.11, write! 0.15, you 0.18',
  'says-conceal': 'alone 0.54, send 0.1, tell 0.14, user 0.37',
  'says-consent': 'alone 0.95, user 0.66',
  'says-exfil': 'alone 0.31, secret 0.13, send 0.31, send! 0.13',
  'says-override': 'alone 0.48, tool 0.16, user 0.55',
  secret: 'alone 0.14, send! 0.16, talk 0.12, tell! 0.17, tool 0.08, url 0.24, user 0.1, write! 0.15',
  send: 'alone 0.13, talker 0.1, tell! -0.28, url 0.97, write -0.17',
  'send!': 'talk 0.27, tell 0.14, tell! -0.33, url 0.1, user 0.09, write -0.14',
  session: 'alone 0.26, user -0.11, you 0.13',
  talk: 'alone 0.11, talker -0.4, tell -0.13, tell! -0.21, tool 0.5, url 0.09, user 0.24, write! 0.2, you 0.4',
  talker: 'tell -0.12, tell! -0.11, user -0.26, write -0.18, write! -0.12',
  tell: 'user 0.2, write -0.09, write! 0.09',
  'tell!': 'user -0.27, write -0.11, write! 0.1, you -0.28',
  tool: 'url 0.21, write -0.22, you -0.37',
  url: 'alone 0.32, write! 0.13, you 0.2',
  user: 'alone 0.13, write -0.14, write! 0.24, you 0.19',
  write: 'alone -0.18, you -0.09',
}
