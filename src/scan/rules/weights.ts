// What signs of a sentence, and pairs of them, weigh for TP-136: learned from labelled definitions, so it is data, not judgement.

export const weights: { readonly [sign: string]: string } = {
  account: 'alone 0.41, answer 0.22, before 0.65, later 0.49, money 0.13, order 0.42, prose 0.34',
  always: 'alone -2.45',
  answer:
    'alone -0.08, ask! 0.11, assistant 0.18, authority -0.1, before 0.1, best -0.1, call 0.1, call! 0.11, config 0.14, delete 0.24, delete! -0.11, detect -0.36, first -0.34, ignore 0.29, ignore! 0.44, keeper -0.17, mail -0.18, money -0.14, not 0.22, odd 0.49, outside -0.1, param -0.3, please -0.1, pressure -0.12, pretext 0.28, prose -0.12, put -0.11, read -0.09, regardless 0.14, remember -0.21, remember! -0.21, repeat -0.27, repeat! -0.2, role 0.18, run! 0.22, safety 0.15, said 0.13, says-conceal 0.22, secret 0.27, send -0.14, session 0.26, talk 0.21, tool -0.18, url 0.6, user 0.1, write -0.14, write! 0.2',
  'answer!':
    'ask 0.1, call 0.17, detect -0.23, ignore 0.37, ignore! 0.35, keeper -0.14, later 0.09, mail -0.2, must -0.16, prefer 0.16, pressure -0.19, private 0.23, regardless 0.1, rules 0.11, run -0.25, run! -0.13, secret 0.41, url 0.12, you -0.22',
  ask: 'alone 0.18, ask! -0.12, assistant -0.33, authority -0.24, before -0.13, delete! 0.3, detect -0.24, every 0.08, first 0.67, free 0.2, ignore -0.24, ignore! -0.08, inner -0.15, keeper 0.14, money 0.49, must -0.22, not -0.21, odd 0.16, outside 0.09, param -0.12, parameter -0.23, please 0.13, prefer -0.24, pressure 0.18, prior -0.15, prose 0.22, put -0.15, read -0.29, read! -0.25, regardless 0.32, remember 0.28, repeat -0.18, role 0.15, rules 0.93, safety 0.09, said -0.15, says-consent 0.76, secret 0.09, send -0.29, talk -0.15, talker -0.53, tell -0.08, url 0.16, user 0.17, write -0.2',
  'ask!':
    'alone -0.12, before -0.36, delete -0.36, every -0.16, first -0.09, keeper 0.32, later -0.08, must -0.17, not -0.09, order -0.12, parameter 0.1, please -0.17, private 0.09, prose -0.17, put 0.09, read 0.15, rules -0.19, secret 0.54, tell 0.11, user -0.14',
  assistant:
    'alone 0.18, before -0.16, call -0.32, config 0.12, delete 0.13, detect -0.19, every 0.17, first -0.48, ignore 0.1, later 0.39, must 0.8, not -0.09, odd 0.69, param -0.21, parameter -0.08, please 0.14, prefer -0.09, prior -0.12, private 0.36, put! 0.16, read! 0.11, remember 0.44, remember! 0.28, rules -0.13, secret 0.29, send 0.11, talk -0.08, talker -0.17, tell! -0.08, tool -0.26, user 0.1, write 0.1, write! 0.2, you -0.14',
  authority:
    'before -0.2, call -0.14, delete 0.19, delete! 0.17, first -0.28, free 0.55, ignore 0.61, ignore! 0.39, keeper -0.14, mail 0.26, must -0.2, order 0.16, param 0.18, please -0.17, private 0.11, put! 0.16, read -0.25, read! -0.26, rules -0.37, run 0.08, safety 0.36, secret 0.19, talk 0.12, talker -0.21, tell 0.22, write -0.12, write! -0.22',
  before:
    'best 0.1, call! -0.21, delete -0.27, first -0.26, free -0.16, hidden-beside 0.1, ignore 0.17, ignore! 0.23, inner 0.12, later 0.09, mail 0.28, manual -0.14, money 0.34, must -0.1, not -0.29, odd 0.21, param 0.09, prefer 0.41, pressure 0.21, pretext -0.23, put! -0.15, read! 0.36, regardless 0.45, repeat 0.09, repeat! 0.18, role -0.09, rules -0.17, run 0.3, run! 0.3, says-consent 0.32, says-override -0.21, secret 0.36, talk 0.28, talker 0.17, tell 0.17, tell! -0.09, write! 0.14',
  best: 'alone 0.31, call! -0.13, every 0.36, later 0.37, order -0.13, prior -0.1, prose 0.42, put -0.09, read -0.24, safety -0.15, tool -0.12, user -0.16, you -0.08',
  call: 'config -0.12, delete! -0.12, every 0.1, first -0.35, free 0.25, goods-beside -0.11, ignore! 0.11, inner -0.1, keeper -0.1, mail 0.17, manual -0.12, odd 0.18, parameter -0.26, prefer -0.52, prefer! -0.2, pressure 0.35, private 0.08, read -0.2, read! -0.12, regardless 0.21, remember 0.12, repeat 0.36, repeat! 0.41, role 0.22, rules -0.31, run -0.09, run! 0.21, safety 0.13, said -0.08, says-conceal 0.32, says-consent 0.49, send -0.14, send! 0.08, session -0.1, talker 0.1, url 0.33, write -0.13, write! -0.16, you -0.08',
  'call!':
    'every -0.14, first 0.26, ignore 0.15, ignore! 0.26, keeper 0.24, manual -0.09, money -0.13, must -0.1, not 0.12, param 0.32, parameter -0.1, please -0.34, prefer -0.39, pressure 0.5, pretext -0.18, prior 0.13, read -0.31, read! -0.12, remember 0.35, remember! 0.14, repeat 0.37, rules 0.17, run 0.18, run! 0.45, safety -0.12, said 0.12, secret 0.48, send 0.11, talk -0.09, tell -0.08, tell! -0.11, tool 0.2, url 0.28, user -0.08, write 0.14',
  config:
    'every 0.32, first -0.18, later 0.19, order 0.45, prior -0.1, private -0.08, prose 0.08, put 0.34, put! 0.36, read 0.24, run 0.23, user -0.18, write 0.2, write! 0.38',
  delete:
    'alone -0.15, first -0.32, goods-beside -0.14, ignore 0.73, ignore! 0.14, keeper -0.18, money -0.34, outside 0.59, parameter -0.29, please -0.12, pretext -0.1, prior 0.14, private -0.19, prose -0.16, put! -0.09, read! -0.13, rules -0.27, run! 0.27, says-consent 0.35, session 0.09, talker -0.22, tell 0.17, user -0.11, write -0.16',
  'delete!':
    'every -0.1, first -0.16, keeper -0.11, later 0.2, param -0.08, parameter -0.14, please -0.11, pressure 0.12, private 0.21, prose 0.1, put -0.16, read -0.1, read! -0.11, rules -0.1, run -0.09, secret 0.2, send -0.11, talker -0.1, tell -0.13, tool 0.2, user 0.28, you -0.18',
  detect:
    'alone -0.25, every -0.19, first -0.37, goods-beside 0.28, ignore -0.22, ignore! -0.2, keeper -0.1, later -0.14, must 0.25, not -0.08, parameter -0.22, please -0.16, pressure 0.22, prior -0.39, prose -0.22, put -0.17, read! 0.14, rules -0.43, run 0.17, run! 0.15, safety -0.1, secret 0.23, send -0.12, send! 0.18, talk -0.18, talker -0.16, tell -0.27, tell! -0.17, tool -0.13, url -0.11, user -0.21, write -0.1, you -0.24',
  every:
    'first -0.29, free 0.38, ignore 0.34, ignore! 0.11, inner 0.09, keeper -0.18, mail 0.27, money -0.11, must 0.22, not 0.1, parameter -0.11, please 0.2, prefer -0.12, prefer! 0.26, pressure -0.37, pretext 0.14, prior 0.15, private 0.17, put! 0.19, remember 0.09, repeat 0.35, role 0.16, rules 0.09, safety 0.38, said 0.24, says-conceal 0.27, says-consent 0.16, says-override 0.24, secret 0.24, send 0.12, send! 0.18, session 0.56, talk 0.36, talker 0.13, tool 0.09, url 0.26, user 0.13, write 0.08, write! 0.41, you 0.26',
  first:
    'goods-beside -0.22, ignore -0.1, inner -0.25, money -0.19, not -0.12, order -0.18, outside 0.08, param 0.3, please -0.11, prefer 0.35, pressure 0.32, prior -0.36, private -0.08, put -0.14, read -0.14, read! -0.19, remember 0.17, repeat -0.4, rules 0.34, run -0.19, safety -0.29, secret -0.15, send! -0.17, session 0.09, talk -0.36, tell -0.22, tell! -0.11, url -0.26, user -0.31, write -0.31, you -0.38',
  free: 'alone 0.71, ignore -0.14, ignore! -0.31, later 0.86, not 0.62, prior 0.3, prose 0.71, read -0.21, run 0.25, run! 0.17, safety 0.1, tell -0.36, tool 0.21, user 0.27, you 0.08',
  'goods-beside':
    'alone -0.18, ignore 0.08, ignore! 0.21, keeper -0.25, later -0.13, must -0.12, not -0.15, outside -0.09, param 0.11, parameter -0.18, private 0.1, prose -0.15, read! 0.23, remember -0.15, remember! -0.1, run -0.21, run! -0.13, secret -0.16, send -0.33, send! -0.21, talker -0.13, tell -0.13, user -0.11, write -0.2, you -0.14',
  harm: 'alone 0.72, later 0.19, prose 0.65, says-exfil 0.28, secret 0.61, send 0.18',
  'hidden-beside':
    'alone 0.17, later 0.17, order 0.21, param 0.16, prose 0.2, put 0.13, put! 0.14, read 0.19, read! 0.22, secret 0.17',
  ignore:
    'keeper -0.21, manual -0.09, money -0.15, must 0.2, not -0.28, odd 0.18, outside 0.19, param 0.73, parameter -0.39, please -0.13, prefer -0.09, pressure -0.21, prior 0.34, private -0.11, put -0.14, put! -0.15, read -0.27, rules 0.2, run 0.15, run! 0.22, safety 0.56, send -0.2, talk 0.09, talker 0.25, tell 0.19, tool 0.62, url 0.15, user 0.16, write -0.25, write! -0.16, you 0.51',
  'ignore!':
    'inner -0.11, keeper -0.14, later 0.09, must 0.24, not -0.1, odd 0.15, param 0.23, parameter -0.27, prior 0.2, private -0.36, read -0.24, rules 0.22, run -0.18, safety 0.54, secret 0.15, send -0.09, talker 0.26, tell -0.22, tool 0.2, user 0.25, you 0.36',
  inner:
    'alone 0.1, later 0.25, order 0.18, param 0.16, parameter 0.11, please 0.2, prior 0.11, private 0.09, put 0.23, put! 0.37, read 0.2, rules 0.12, run -0.23, send -0.11, talk 0.12, talker -0.19, tell -0.15, tell! -0.2, user -0.13, write -0.09, you 0.27',
  ip: 'alone 0.21, later 0.23, private 0.17, prose 0.21',
  keeper:
    'alone -0.16, later -0.2, must -0.27, not -0.35, order -0.16, param 0.22, parameter -0.26, please -0.18, pressure 0.17, prior -0.34, prose -0.13, put -0.09, put! -0.25, read -0.27, read! -0.17, remember 0.13, repeat 0.21, rules 0.28, run! 0.16, safety -0.12, secret -0.28, tell -0.19, tell! -0.13, tool -0.18, write -0.11, write! -0.12, you -0.17',
  later:
    'mail 0.52, manual -0.22, money 0.41, odd -0.09, outside 0.13, parameter -0.29, phone 0.34, pressure -0.24, pretext 0.11, private -0.08, put! 0.08, quiet 0.44, read! 0.17, regardless 0.35, remember 0.21, remember! -0.09, repeat 0.42, role 0.31, says-conceal 0.48, says-consent 0.87, says-exfil 0.23, says-override 0.51, secret 0.18, send 0.13, session 0.21, talk 0.21, talker -0.17, tell 0.09, url 0.44, user 0.13, write -0.1, you 0.1',
  mail: 'alone 0.59, must 0.4, odd 0.38, order 0.27, outside 0.22, parameter -0.43, please 0.16, private 0.39, prose 0.71, put 0.16, read 0.27, read! 0.12, secret 0.24, send 0.64, send! 0.18, tell! -0.15, user 0.1',
  manual:
    'alone -0.22, money -0.09, order -0.18, please -0.1, prior -0.09, prose -0.23, read -0.12, send -0.11, tool -0.13, you -0.15',
  money:
    'alone 0.23, order 0.29, parameter -0.32, please -0.12, prior 0.3, prose 0.36, put! -0.09, read -0.16, rules -0.1, secret 0.16, send -0.22, tell 0.16, tell! 0.23, user 0.26, write -0.12, write! 0.15, you -0.12',
  must: 'not 0.18, odd 0.24, param 0.11, parameter -0.16, prefer 0.16, prefer! 0.27, pressure -0.14, prior 0.33, private 0.2, put -0.12, read -0.18, regardless 0.2, remember 0.52, role 0.26, rules -0.26, run -0.14, safety -0.17, said 0.33, says-conceal 0.46, send 0.19, tell 0.22, tell! 0.16, tool -0.15, url 0.47, write -0.24, write! -0.12, you -0.12',
  not: 'odd 0.38, outside 0.13, please -0.17, prefer -0.19, pressure 0.11, prior -0.17, put -0.17, put! 0.2, regardless 0.12, remember 0.27, repeat 0.13, rules -0.27, run -0.4, run! -0.31, safety 0.14, says-conceal 0.28, says-consent 0.55, secret -0.52, send! 0.19, talk -0.17, talker 0.26, tell 0.52, tell! -0.15, tool 0.19, user 0.33, write -0.2, write! 0.26, you -0.12',
  odd: 'alone -0.09, please 0.19, prior 0.25, private -0.09, put! -0.14, read 0.19, read! -0.27, remember 0.19, rules 0.37, run 0.22, run! 0.22, secret 0.55, send 0.34, talk 0.11, tell 0.26, tool 0.21, url -0.22, you 0.42',
  order:
    'param 0.1, phone 0.34, prefer -0.13, pressure 0.18, pretext -0.08, prior 0.09, quiet 0.51, regardless 0.33, remember! -0.1, repeat -0.12, role 0.33, run -0.1, said 0.12, says-conceal 0.09, says-consent 0.41, says-exfil 0.13, secret 0.43, talk 0.18, talker -0.12, url 0.51',
  outside:
    'alone 0.12, param -0.2, parameter -0.26, please 0.38, private 0.35, prose 0.11, put 0.52, put! 0.11, read 0.37, secret 0.09, send 0.68, send! 0.24, talker 0.1, tell -0.1, tool 0.22, write -0.22',
  param:
    'parameter -0.36, prefer -0.18, prefer! -0.1, pressure 0.16, put -0.1, read 0.16, read! 0.24, regardless 0.49, remember 0.16, rules 0.12, run -0.33, run! -0.25, secret 0.3, send! -0.13, talk 0.28, talker -0.32, tell! 0.09, tool 0.21, user 0.19, write -0.1, you -0.16',
  parameter:
    'alone -0.29, please -0.17, prefer -0.17, prefer! -0.1, pressure 0.21, pretext 0.2, prior -0.38, private -0.28, put -0.11, quiet -0.12, regardless -0.24, remember! 0.16, repeat! -0.1, rules -0.13, run 0.32, run! 0.52, safety -0.34, said 0.52, says-override 0.3, secret 0.41, send -0.3, send! -0.27, talk 0.29, talker -0.21, tell! 0.2, url 0.16, write -0.1',
  phone: 'alone 0.32, private 0.27, prose 0.32, put 0.26',
  please:
    'prefer 0.25, pressure 0.1, pretext 0.09, prior 0.09, private 0.13, prose 0.12, put 0.13, read! -0.12, regardless 0.18, remember! -0.19, repeat -0.26, role -0.08, run 0.11, safety -0.12, secret 0.59, send 0.15, send! 0.15, talker -0.2, tell 0.29, tool 0.1, url 0.13, user 0.1, write 0.11, write! 0.11, you -0.09',
  prefer:
    'alone 0.24, pressure -0.16, private -0.46, prose 0.34, put! -0.09, read -0.1, read! -0.3, rules -0.18, run -0.17, run! -0.15, send 0.28, tell -0.17, tool -0.15, url 0.16, user 0.09, write -0.15, you -0.21',
  'prefer!': 'prior 0.29, private -0.21, prose 0.09, put 0.23, tool 0.17, user -0.14',
  pressure:
    'pretext -0.19, prior -0.12, private 0.3, prose -0.19, put -0.14, put! -0.2, rules -0.11, run 0.28, run! 0.42, safety -0.15, secret 0.18, send 0.14, tell! -0.2, tool 0.09, write -0.14, you -0.27',
  pretext: 'alone 0.09, private 0.25, put 0.21, read 0.22, run -0.14, secret 0.45, send 0.09, talk 0.33',
  prior:
    'private 0.21, put! 0.11, regardless 0.16, remember 0.2, remember! 0.22, repeat! -0.18, role 0.2, rules 0.2, run -0.31, safety 0.3, said 0.13, says-override 0.13, secret 0.11, send -0.2, session 0.38, talk 0.21, tell! -0.11, tool 0.41, user -0.18, write! 0.19, you 0.21',
  private:
    'alone -0.08, put! 0.36, read! 0.12, regardless 0.25, remember! -0.15, repeat 0.34, run -0.25, run! -0.1, secret 0.19, send 0.25, send! 0.1, session 0.26, talk 0.2, talker 0.19, tool -0.14, user 0.25, write! 0.15',
  prose:
    'put! 0.11, quiet 0.4, regardless 0.71, remember 0.22, remember! -0.19, repeat 0.26, role 0.14, rules 0.1, run -0.17, run! -0.18, safety -0.09, said -0.27, says-conceal 0.53, says-consent 0.9, says-exfil 0.21, says-override 0.22, send 0.17, send! 0.11, session 0.27, url 0.56, user 0.09, write -0.2',
  put: 'read 0.09, regardless 0.34, remember -0.18, remember! -0.23, repeat 0.22, run -0.14, said 0.18, secret 0.35, talk 0.17, talker -0.17, tell -0.17, tell! -0.1, url 0.36, user 0.09, write! 0.11, you -0.16',
  'put!':
    'read 0.26, read! 0.41, regardless 0.11, remember! -0.1, repeat -0.21, rules 0.1, run 0.18, run! 0.35, safety -0.09, said 0.22, secret 0.57, send 0.16, send! 0.09, talk 0.45, talker -0.22, tell! 0.11, url 0.49, user 0.24, write 0.11, write! 0.15',
  quiet: 'alone 0.3, read 0.22, run -0.13, send 0.14, send! 0.16, user 0.17',
  read: 'rules -0.26, run 0.22, run! 0.22, says-override -0.19, secret 0.51, send 0.24, send! 0.16, session 0.2, talker -0.12, tell -0.1, tool -0.13, url 0.85',
  'read!':
    'rules -0.23, run 0.14, safety -0.18, says-override -0.12, secret 0.54, send! 0.4, talker -0.16, tool -0.1, url 0.13, user 0.25, you 0.1',
  regardless: 'alone 0.41, said 0.27, user 0.39, write 0.19, write! 0.14',
  remember:
    'alone 0.22, remember! -0.1, repeat -0.14, rules -0.13, safety -0.11, send -0.18, send! -0.08, session -0.12, talker -0.28, user 0.53, write -0.15, you -0.14',
  'remember!':
    'alone -0.1, rules -0.12, safety -0.1, secret 0.14, send -0.24, talker -0.13, tell -0.09, tool -0.09, user -0.11, you -0.09',
  repeat:
    'alone 0.18, rules -0.44, run -0.25, run! -0.15, send 0.13, send! -0.17, talk -0.21, tell 0.08, tool 0.74, user 0.09, write -0.2, you -0.11',
  'repeat!': 'user 0.12',
  role: 'alone 0.16, tell 0.16, user 0.35',
  rules:
    'alone 0.09, run 0.38, run! 0.41, says-conceal 0.23, says-override 0.43, send -0.15, session 0.19, talk 0.19, talker -0.16, tell -0.22, tell! -0.1, tool 0.14, url 0.4, write -0.22, you 0.67',
  run: 'safety 0.26, secret -0.21, send 0.15, send! 0.3, session -0.09, talk 0.13, talker 0.15, tell! -0.32, url 0.2, you 0.31',
  'run!':
    'safety 0.14, secret -0.24, send 0.54, send! 0.54, talk -0.25, talker 0.37, tell 0.18, tell! -0.18, tool 0.23, url 0.2, user 0.24, write -0.14, write! -0.08',
  safety: 'alone -0.18, secret -0.3, tool 0.25, user -0.3, you 0.26',
  said: 'secret -0.15, talk -0.1, talker 0.42, write 0.13, write! 0.18, you 0.12',
  'says-conceal': 'alone 0.47, send 0.09, tell 0.23, user 0.4',
  'says-consent': 'alone 0.9, talk 0.11, tool 0.14, user 0.62',
  'says-exfil': 'alone 0.28, secret 0.12, send 0.28, send! 0.13',
  'says-override': 'alone 0.49, tool 0.19, user 0.66',
  secret: 'alone 0.13, send! 0.14, tell! 0.16, url 0.21, user 0.16, write! 0.15',
  send: 'alone 0.11, talker 0.13, tell! -0.21, url 0.85, write -0.17',
  'send!': 'talk 0.27, talker -0.14, tell 0.15, tell! -0.3, url 0.1, write -0.13, write! -0.14',
  session: 'alone 0.25, user -0.11, write 0.08, you 0.12',
  talk: 'alone 0.11, talker -0.35, tell -0.11, tell! -0.19, tool 0.57, url 0.08, user 0.17, write 0.1, write! 0.34, you 0.47',
  talker: 'alone -0.11, tell -0.09, tell! -0.1, user -0.13, write -0.16',
  tell: 'user 0.15, write -0.1',
  'tell!': 'user -0.26, write -0.12, write! 0.08, you -0.27',
  tool: 'url 0.18, write -0.2, you -0.38',
  url: 'alone 0.35, user 0.24, write! 0.12, you 0.21',
  user: 'write! 0.21, you 0.21',
  write: 'alone -0.18',
}
