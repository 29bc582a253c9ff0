// What signs of a sentence, and pairs of them, weigh for TP-136: learned from labelled definitions, so it is data, not judgement.

export const weights: { readonly [sign: string]: string } = {
  account: 'alone 0.45, answer 0.23, before 0.69, later 0.53, money 0.17, order 0.35, prose 0.45',
  always: 'alone -2.55',
  answer:
    'ask 0.18, ask! 0.14, assistant 0.21, best -0.1, call 0.1, call! 0.15, config 0.14, delete 0.26, delete! -0.13, detect -0.4, first -0.29, free -0.11, goods-beside -0.13, ignore 0.26, ignore! 0.4, keeper -0.17, mail -0.19, not 0.19, odd 0.51, outside -0.09, param -0.3, please -0.11, pressure -0.27, pretext 0.31, prose -0.1, put -0.15, read -0.09, regardless 0.15, remember -0.2, remember! -0.25, repeat -0.2, repeat! -0.25, rules 0.1, run! 0.22, safety 0.17, said 0.09, says-conceal 0.23, secret 0.23, send -0.13, session 0.26, talk 0.24, tool -0.14, url 0.31, user 0.11, write -0.1, write! 0.24',
  'answer!':
    'call 0.14, detect -0.23, ignore 0.47, ignore! 0.45, keeper -0.14, later 0.11, mail -0.2, must -0.18, prefer 0.15, pressure -0.18, prior 0.09, private 0.27, put -0.09, regardless 0.11, rules 0.09, run -0.23, run! -0.16, secret 0.36, send -0.09, you -0.29',
  ask: 'ask! -0.11, assistant -0.12, authority -0.12, call 0.08, delete! 0.16, detect -0.17, first -0.2, free 0.25, later 0.08, money 0.62, must -0.17, not -0.17, odd 0.09, outside 0.09, parameter -0.25, please 0.25, prefer -0.17, pressure 0.19, put! 0.11, read -0.23, read! -0.18, regardless 0.37, remember 0.36, repeat -0.24, rules 0.15, run 0.11, run! 0.1, safety 0.14, said -0.1, says-consent 0.78, send -0.23, talker -0.33, url 0.1, user 0.15, write -0.13, write! -0.08, you -0.09',
  'ask!':
    'alone -0.11, before -0.43, delete -0.31, every -0.25, keeper 0.33, later -0.11, must -0.27, order -0.11, please -0.12, private 0.13, prose -0.1, put 0.1, read 0.15, secret 0.36, tell 0.11, user -0.18',
  assistant:
    'before -0.1, call -0.26, config 0.11, delete 0.19, delete! 0.1, detect -0.12, first -0.43, ignore 0.13, later 0.14, must 0.73, odd -0.32, order 0.13, param -0.16, please 0.23, prior -0.08, private 0.48, prose 0.1, put! 0.18, read 0.09, read! 0.14, remember 0.45, remember! 0.33, rules 0.09, secret 0.33, send 0.13, talker -0.09, tell 0.08, tell! -0.1, tool -0.14, user 0.12, write 0.16, write! 0.2, you -0.1',
  authority:
    'before -0.23, delete! 0.23, first -0.15, free 0.59, ignore 0.26, ignore! 0.26, keeper -0.11, mail 0.24, must -0.23, not -0.1, order 0.17, please -0.15, private 0.16, put! 0.19, read -0.22, read! -0.26, role 0.12, rules -0.28, run 0.08, safety 0.22, secret 0.23, talker -0.2, write -0.12, write! -0.28',
  before:
    'best 0.13, call! -0.2, delete -0.14, delete! 0.29, first -0.2, free -0.11, hidden-beside 0.11, ignore 0.22, inner 0.13, later 0.1, mail 0.25, manual -0.13, money 0.4, must -0.1, not -0.24, odd 0.22, param 0.11, prefer 0.26, prefer! 0.11, pressure 0.24, pretext -0.21, private 0.08, read! 0.33, regardless 0.4, remember! -0.11, repeat! 0.1, rules -0.11, run 0.19, run! 0.29, said 0.12, says-override -0.21, secret 0.31, send -0.08, talk 0.35, talker 0.09, tell 0.18, tell! -0.09, write! 0.14',
  best: 'alone 0.33, call! -0.15, every 0.35, later 0.4, order -0.15, prior -0.11, prose 0.43, read -0.24, safety -0.17, tool -0.14, user -0.15, you -0.11',
  call: 'config -0.11, first -0.22, free 0.24, goods-beside -0.09, ignore 0.13, ignore! 0.09, inner -0.12, mail 0.12, manual -0.13, odd 0.1, parameter -0.36, prefer -0.46, prefer! -0.19, pressure 0.27, read -0.22, read! -0.12, regardless 0.18, remember 0.12, repeat 0.17, repeat! 0.36, role 0.13, rules -0.28, run -0.14, run! 0.2, safety 0.17, says-conceal 0.34, says-consent 0.46, send -0.09, session -0.1, url 0.4, write -0.12, write! -0.17, you -0.09',
  'call!':
    'every -0.12, first 0.26, ignore 0.19, ignore! 0.24, keeper 0.26, manual -0.09, money -0.1, must -0.13, not -0.08, param 0.29, parameter -0.33, please -0.29, prefer -0.33, pressure 0.32, pretext -0.15, prior 0.21, read -0.29, read! -0.12, remember 0.36, remember! 0.17, repeat 0.24, rules 0.12, run 0.19, run! 0.42, safety -0.12, said 0.19, secret 0.36, tell -0.14, tell! -0.09, tool 0.16, url 0.31, write 0.17, write! 0.1, you -0.08',
  config:
    'every 0.33, first -0.18, later 0.18, order 0.43, parameter -0.09, prior -0.09, private -0.09, prose 0.1, put 0.31, put! 0.33, read 0.24, run 0.23, user -0.16, write 0.19, write! 0.36',
  delete:
    'alone -0.14, first -0.27, goods-beside -0.11, ignore 0.68, ignore! 0.16, keeper -0.15, later -0.09, money -0.27, not 0.25, outside 0.61, param -0.13, parameter -0.29, please -0.12, pretext -0.1, prior 0.17, private -0.26, prose -0.16, read 0.11, read! -0.13, rules -0.18, run! 0.26, says-consent 0.37, session 0.11, talker -0.21, user -0.24, write -0.14',
  'delete!':
    'every -0.1, first -0.13, ignore 0.3, ignore! 0.09, keeper -0.1, later 0.18, not 0.23, parameter -0.13, please -0.1, pressure 0.11, prose 0.1, put -0.15, read! -0.11, run -0.12, secret 0.21, send -0.09, talker -0.1, tell -0.12, tool 0.22, you -0.19',
  detect:
    'alone -0.23, every -0.19, first -0.31, goods-beside 0.32, ignore -0.21, ignore! -0.19, keeper -0.11, later -0.14, must 0.24, not -0.11, parameter -0.21, please -0.13, pressure 0.21, prior -0.37, prose -0.18, put -0.17, read -0.1, read! 0.17, rules -0.33, run 0.11, run! 0.1, safety -0.09, secret 0.27, send -0.1, send! 0.16, talk -0.17, talker -0.16, tell -0.29, tell! -0.19, tool -0.12, url -0.1, user -0.24, write -0.1, you -0.18',
  every:
    'first -0.27, free 0.42, ignore 0.33, keeper -0.17, mail 0.29, money -0.12, must 0.17, odd -0.1, please 0.15, prefer -0.08, prefer! 0.26, pressure -0.36, pretext 0.2, prior 0.17, private 0.22, put! 0.26, read! 0.09, remember 0.1, repeat 0.12, role 0.18, rules 0.11, run! 0.12, safety 0.35, said 0.38, says-conceal 0.3, says-consent 0.21, says-override 0.15, secret 0.21, send 0.14, send! 0.14, session 0.57, talk 0.4, talker 0.14, tool 0.1, url 0.27, write 0.1, write! 0.45, you 0.26',
  first:
    'alone -0.1, goods-beside -0.26, inner -0.16, keeper -0.19, order -0.15, param 0.29, prefer 0.39, pressure 0.31, prior -0.19, prose -0.1, put -0.1, read -0.1, read! -0.19, remember 0.24, repeat -0.2, rules -0.34, run -0.1, safety -0.25, secret -0.09, send 0.08, send! -0.22, talk -0.31, talker 0.15, tell -0.2, tell! -0.11, url -0.27, user -0.22, write -0.26, you -0.33',
  free: 'alone 0.77, ignore -0.19, ignore! -0.33, later 0.9, not 0.57, prior 0.29, prose 0.78, read -0.2, run 0.26, safety 0.08, tell -0.37, tool 0.21, user 0.22, you 0.14',
  'goods-beside':
    'alone -0.17, keeper -0.25, later -0.12, must -0.09, not -0.12, param 0.13, parameter -0.18, private 0.13, prose -0.13, read! 0.29, remember -0.12, run -0.22, run! -0.14, secret -0.11, send -0.32, send! -0.2, talker -0.14, tell -0.11, user -0.21, write -0.18, you -0.13',
  harm: 'alone 0.69, later 0.16, prose 0.6, says-exfil 0.31, secret 0.62, send 0.21',
  'hidden-beside':
    'alone 0.15, later 0.15, order 0.19, param 0.17, prose 0.17, put! 0.09, read 0.21, read! 0.23, secret 0.19',
  ignore:
    'keeper -0.17, manual -0.09, money -0.08, must 0.14, not -0.16, odd 0.1, outside 0.2, param 0.43, parameter -0.31, please -0.11, prefer -0.11, pressure -0.17, prior 0.27, put -0.17, put! -0.16, read -0.24, read! -0.08, rules 0.21, run 0.13, run! 0.21, safety 0.55, secret 0.09, send -0.17, talk 0.17, talker 0.26, tool 0.48, url 0.17, user 0.08, write -0.17, write! -0.14, you 0.44',
  'ignore!':
    'keeper -0.11, must 0.16, not -0.13, odd 0.13, param 0.34, parameter -0.23, prior 0.22, private -0.33, put! -0.08, read -0.24, rules 0.25, run -0.19, safety 0.48, says-override 0.1, secret 0.14, talker 0.26, tell -0.11, tool 0.15, user 0.12, write! 0.1, you 0.46',
  inner:
    'alone 0.11, later 0.21, must 0.2, order 0.11, param 0.13, parameter 0.1, please 0.21, prior 0.18, put! 0.17, read 0.13, rules 0.21, run -0.12, send -0.12, talk 0.09, talker -0.22, tell -0.15, tell! -0.21, you 0.16',
  ip: 'alone 0.24, later 0.25, private 0.21, prose 0.24',
  keeper:
    'alone -0.17, later -0.17, must -0.24, not -0.32, order -0.14, param 0.23, parameter -0.26, please -0.15, pressure 0.18, prior -0.32, prose -0.14, put! -0.22, read -0.25, read! -0.16, remember 0.13, repeat 0.21, run! 0.15, safety -0.12, secret -0.24, tell -0.19, tell! -0.12, tool -0.17, write -0.11, write! -0.13, you -0.16',
  later:
    'mail 0.58, manual -0.21, money 0.09, odd 0.12, outside 0.13, parameter -0.25, phone 0.32, pressure -0.23, private -0.11, quiet 0.24, read! 0.18, regardless 0.37, remember 0.21, repeat 0.36, role 0.2, safety -0.1, says-conceal 0.57, says-consent 0.88, says-exfil 0.26, says-override 0.49, secret 0.19, send 0.14, send! 0.09, session 0.25, talk 0.21, talker -0.15, tell 0.1, url 0.43, user 0.19, write -0.13, you 0.1',
  mail: 'alone 0.63, must 0.4, odd 0.4, order 0.25, outside 0.16, parameter -0.38, please 0.17, private 0.37, prose 0.72, put 0.11, read 0.25, read! 0.09, secret 0.24, send 0.68, send! 0.18, tell! -0.16',
  manual:
    'alone -0.21, must -0.08, order -0.18, please -0.09, prior -0.08, prose -0.22, read -0.13, send -0.12, tool -0.12, you -0.14',
  money:
    'not 0.12, order 0.29, parameter -0.16, please -0.1, prior 0.31, private 0.08, prose 0.17, read -0.09, send -0.26, tell 0.17, tell! 0.2, user 0.37, write! 0.19',
  must: 'not 0.15, odd 0.29, param 0.14, parameter -0.17, prefer 0.18, prefer! 0.26, pressure -0.09, prior 0.4, private 0.27, put -0.11, read -0.14, regardless 0.2, remember 0.52, rules -0.21, run -0.11, safety -0.25, said 0.15, says-conceal 0.38, send 0.19, session 0.09, talk 0.12, tell 0.18, tell! 0.14, tool -0.16, url 0.48, write -0.22, write! -0.11, you -0.14',
  not: 'odd 0.41, outside 0.13, param -0.11, please -0.1, prefer -0.17, prior -0.27, private -0.11, put -0.16, put! 0.19, regardless 0.09, remember 0.28, repeat -0.08, rules -0.36, run -0.37, run! -0.32, said -0.13, says-conceal 0.2, says-consent 0.54, secret -0.63, send! 0.1, talk -0.24, talker 0.2, tell 0.56, tell! -0.15, tool 0.16, user 0.38, write -0.21, write! 0.18, you -0.09',
  odd: 'alone 0.12, order -0.26, please 0.24, prior 0.1, private -0.21, put! -0.15, read 0.08, read! -0.41, rules 0.09, run 0.22, run! 0.22, secret 0.47, send 0.18, tell 0.27, tool 0.11, url -0.29, user 1.71, write -0.15, write! -0.15, you 0.4',
  order:
    'param 0.12, phone 0.32, pressure 0.13, quiet 0.27, regardless 0.33, remember! -0.09, repeat -0.11, role 0.11, rules 0.11, run -0.09, says-conceal 0.18, says-consent 0.43, says-exfil 0.13, secret 0.42, talk 0.2, talker -0.1, url 0.57',
  outside:
    'alone 0.11, param -0.17, parameter -0.29, please 0.39, private 0.36, prose 0.12, put 0.53, put! 0.14, read 0.37, secret 0.08, send 0.65, send! 0.21, talker 0.1, tell -0.11, tool 0.21, user 0.11, write -0.21',
  param:
    'parameter -0.33, please 0.08, prefer -0.17, prefer! -0.1, pressure 0.15, prior -0.09, read 0.18, read! 0.23, regardless 0.5, remember 0.18, rules 0.2, run -0.31, run! -0.24, secret 0.32, send! -0.13, talk 0.23, talker -0.3, tell -0.12, tell! 0.12, tool 0.13, user 0.23, write -0.11, you -0.1',
  parameter:
    'alone -0.25, please -0.17, prefer -0.17, prefer! -0.11, pressure 0.08, pretext 0.24, prior -0.35, private -0.2, put -0.08, regardless -0.23, remember 0.08, remember! 0.24, repeat -0.13, rules -0.15, run 0.37, run! 0.52, safety -0.32, said 0.37, says-override 0.33, secret 0.36, send -0.29, send! -0.27, talk 0.29, talker -0.19, tell -0.14, tell! 0.22, url 0.17, write -0.08',
  phone: 'alone 0.31, private 0.28, prose 0.31, put 0.26',
  please:
    'pressure 0.12, pretext 0.09, prior 0.13, private 0.13, prose 0.11, put 0.14, read! -0.1, regardless 0.18, remember! -0.18, repeat -0.19, rules 0.09, safety -0.14, secret 0.63, send 0.17, send! 0.18, talker -0.27, tell 0.32, tool 0.1, url 0.15, write 0.08, write! 0.1',
  prefer:
    'alone 0.25, pressure -0.11, prior 0.08, private -0.41, prose 0.35, put! -0.09, read! -0.28, rules -0.12, run -0.18, run! -0.14, send 0.32, tell -0.15, tool -0.09, url 0.17, write -0.15, you -0.18',
  'prefer!': 'prior 0.29, private -0.21, prose 0.09, put 0.23, tool 0.18, user -0.13',
  pressure:
    'pretext -0.17, prior -0.15, private 0.12, prose -0.12, put -0.11, put! -0.19, read! 0.09, rules -0.11, run 0.36, run! 0.46, safety -0.11, send 0.21, tell -0.23, tell! -0.18, tool 0.13, write -0.11, you -0.26',
  pretext:
    'prior 0.1, private 0.3, prose -0.1, put! 0.1, read 0.29, run -0.09, safety 0.1, secret 0.2, send 0.1, talk 0.34, user 0.08',
  prior:
    'private 0.13, regardless 0.15, remember 0.25, remember! 0.25, repeat 0.08, role 0.27, rules 0.26, run -0.22, safety 0.32, says-override 0.2, secret 0.13, send -0.21, send! -0.13, session 0.34, talk 0.27, tell! -0.09, tool 0.41, user -0.15, write! 0.19, you 0.16',
  private:
    'alone -0.08, put! 0.3, read! 0.14, regardless 0.26, remember! -0.15, repeat 0.19, run -0.19, run! -0.08, secret 0.2, send 0.23, send! 0.14, session 0.27, talk 0.14, talker 0.22, tool -0.17, url -0.23, user 0.31, write! 0.17',
  prose:
    'quiet 0.27, regardless 0.74, remember 0.24, remember! -0.22, repeat 0.34, role 0.19, run -0.18, run! -0.17, safety -0.09, said -0.16, says-conceal 0.53, says-consent 0.95, says-exfil 0.21, says-override 0.19, send 0.21, send! 0.12, session 0.28, url 0.57, write -0.2',
  put: 'read 0.12, regardless 0.33, remember -0.18, remember! -0.27, repeat 0.27, run -0.1, said 0.18, says-conceal 0.1, says-override -0.09, secret 0.34, talk 0.16, talker -0.17, tell -0.17, tell! -0.12, url 0.4, write -0.08, write! 0.12, you -0.14',
  'put!':
    'read 0.29, read! 0.44, regardless 0.1, remember! -0.15, repeat -0.2, rules 0.13, run 0.16, run! 0.29, said 0.08, says-conceal 0.1, secret 0.56, send 0.18, send! 0.12, talk 0.41, talker -0.24, tell! 0.11, tool 0.08, url 0.5, user 0.29, write 0.12, write! 0.16',
  quiet: 'alone 0.2, read 0.29, send 0.25, send! 0.22, user 0.21',
  read: 'regardless -0.09, rules -0.2, run! 0.22, says-override -0.18, secret 0.54, send 0.19, send! 0.2, session 0.19, talker -0.14, tell -0.08, tool -0.13, url 0.73, user -0.1',
  'read!':
    'rules -0.18, safety -0.18, says-override -0.12, secret 0.54, send 0.09, send! 0.44, talker -0.18, tool -0.09, url 0.14, user 0.22, you 0.13',
  regardless: 'alone 0.44, said 0.25, user 0.43, write 0.22, write! 0.18',
  remember:
    'alone 0.25, remember! -0.09, repeat 0.09, repeat! 0.13, safety -0.11, secret 0.15, send -0.22, session -0.16, talker -0.25, user 0.57, write -0.18, write! -0.1, you -0.18',
  'remember!':
    'alone -0.09, repeat 0.13, repeat! 0.13, safety -0.11, secret 0.22, send -0.26, talker -0.12, tell -0.1, tool -0.09, user -0.08, you -0.13',
  repeat:
    'alone 0.22, rules -0.31, run -0.15, run! -0.1, send 0.12, send! -0.17, talk -0.21, tell 0.11, tool 0.58, user 0.09, write -0.15, you -0.09',
  'repeat!': 'user 0.11',
  role: 'alone 0.13',
  rules:
    'run 0.52, run! 0.46, says-conceal 0.25, says-override 0.52, send -0.14, session 0.23, talk 0.27, tell -0.17, tell! -0.12, tool 0.17, url 0.32, user 0.13, write -0.08, you 0.71',
  run: 'safety 0.2, secret -0.29, send 0.15, send! 0.21, talk 0.26, talker 0.19, tell! -0.33, url 0.25, you 0.31',
  'run!':
    'secret -0.22, send 0.44, send! 0.41, talk -0.12, talker 0.4, tell 0.19, tell! -0.2, tool 0.19, url 0.2, user 0.2, write -0.11',
  safety: 'alone -0.19, secret -0.27, send -0.15, tool 0.2, user -0.3, you 0.31',
  said: 'talker 0.44, user 0.09, write 0.09, write! 0.13, you 0.17',
  'says-conceal': 'alone 0.55, send 0.1, tell 0.15, user 0.38',
  'says-consent': 'alone 0.95, user 0.66',
  'says-exfil': 'alone 0.3, secret 0.13, send 0.3, send! 0.13',
  'says-override': 'alone 0.48, tool 0.15, user 0.54',
  secret: 'alone 0.15, send! 0.18, talk 0.12, tell! 0.17, tool 0.09, url 0.24, user 0.1, write! 0.14',
  send: 'alone 0.13, talker 0.12, tell! -0.26, url 0.97, write -0.17',
  'send!': 'talk 0.28, talker -0.13, tell 0.15, tell! -0.32, url 0.1, user 0.1, write -0.13',
  session: 'alone 0.26, user -0.11, you 0.12',
  talk: 'alone 0.11, talker -0.39, tell -0.14, tell! -0.22, tool 0.51, url 0.09, user 0.22, write! 0.22, you 0.41',
  talker: 'tell -0.11, tell! -0.09, user -0.15, write -0.18, write! -0.11',
  tell: 'user 0.21, write -0.1, write! 0.08',
  'tell!': 'user -0.27, write -0.12, write! 0.09, you -0.28',
  tool: 'url 0.21, write -0.21, you -0.37',
  url: 'alone 0.33, write 0.09, write! 0.13, you 0.2',
  user: 'alone 0.13, write -0.14, write! 0.22, you 0.18',
  write: 'alone -0.18, you -0.1',
}
