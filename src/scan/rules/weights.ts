// What signs of a sentence, and pairs of them, weigh for TP-136: learned from labelled definitions, so it is data, not judgement.

export const weights: { readonly [sign: string]: string } = {
  account: 'alone 0.56, before 0.67, later 0.56, money 0.23, order 0.42, prose 0.48',
  always: 'alone -2.33',
  answer:
    'ask 0.18, ask! 0.35, assistant 0.11, authority -0.19, best -0.14, call! 0.12, config 0.15, delete 0.22, delete! -0.12, detect -0.34, first -0.18, ignore 0.28, ignore! 0.44, keeper -0.13, money -0.08, not 0.23, odd 0.5, outside -0.16, param -0.29, please -0.15, pressure -0.14, pretext 0.26, private -0.1, prose -0.11, quiet -0.1, read -0.12, regardless 0.14, remember -0.19, remember! -0.23, repeat -0.26, repeat! -0.2, run! 0.29, safety 0.11, said 0.24, sample -0.13, says-conceal 0.19, secret 0.27, send -0.1, send! 0.24, session 0.24, talk 0.21, tool -0.19, url 0.41, user 0.09, write! 0.15, you 0.09',
  'answer!':
    'ask 0.25, ask! 0.31, before -0.17, detect -0.22, ignore 0.37, ignore! 0.37, later 0.1, must -0.21, not -0.12, odd 0.2, parameter 0.09, prefer 0.14, pressure -0.22, prior 0.15, private 0.17, put! 0.13, regardless 0.1, rules 0.08, run -0.32, run! -0.17, secret 0.41, send 0.09, send! 0.34, url 0.13, user 0.09, you -0.26',
  ask: 'assistant -0.09, authority -0.25, before -0.14, call! -0.09, delete! 0.3, detect -0.16, every 0.1, first -0.21, free 0.25, ignore! 0.11, later 0.08, money 0.49, must -0.24, not -0.21, odd 0.13, param -0.11, parameter -0.17, please 0.12, prefer -0.19, pressure 0.18, put! 0.1, read -0.14, read! -0.16, regardless 0.35, remember 0.3, repeat -0.12, role 0.17, run 0.18, safety 0.1, said -0.15, says-consent 0.76, send -0.11, send! 0.18, talk -0.17, talker -0.19, tell -0.13, url 0.18, user 0.21, write -0.17',
  'ask!':
    'assistant -0.08, before -0.47, call -0.13, call! -0.08, delete -0.36, every -0.23, keeper 0.29, must -0.22, not -0.1, parameter 0.25, please -0.12, prior 0.13, private 0.09, prose -0.12, put 0.16, put! 0.24, read 0.13, read! 0.12, remember 0.41, repeat 0.15, rules -0.1, secret 0.4, send 0.1, talker 0.2',
  assistant:
    'before -0.08, call -0.19, call! -0.11, config 0.13, delete 0.24, delete! 0.21, detect -0.08, every 0.22, first -0.42, goods-beside -0.09, ignore 0.22, ignore! 0.08, inner -0.14, later 0.15, must 0.87, not -0.1, order 0.17, param -0.16, parameter -0.09, please 0.16, prefer -0.1, pretext -0.09, prior -0.16, private 0.42, prose 0.17, put! 0.17, read! 0.13, remember 0.37, remember! 0.28, secret 0.28, talker -0.13, tool -0.09, write 0.14, write! 0.21, you -0.09',
  authority:
    'before -0.12, call -0.18, delete 0.13, delete! 0.12, every -0.1, first -0.15, free 0.44, ignore 0.74, ignore! 0.53, keeper -0.12, later 0.1, must -0.25, not 0.27, order 0.14, param 0.15, please -0.17, pretext 0.19, prior -0.14, put! 0.23, read -0.27, read! -0.28, rules -0.35, run 0.31, safety 0.33, secret 0.1, talk 0.1, talker -0.25, tell 0.18, tool -0.1, url 0.08, user 0.22, write -0.24, write! -0.28',
  before:
    'call! -0.23, delete -0.28, first -0.3, free -0.12, hidden-beside 0.08, ignore 0.24, ignore! 0.33, inner 0.21, later 0.09, mail 0.23, manual -0.15, money 0.34, not -0.29, odd 0.26, outside -0.09, param 0.15, prefer 0.32, prefer! 0.09, pressure 0.21, pretext -0.28, put 0.09, read! 0.29, regardless 0.42, repeat! 0.2, rules -0.18, run 0.32, run! 0.33, said 0.09, says-consent 0.34, says-override -0.27, secret 0.46, talk 0.3, talker 0.16, tell! -0.21, url 0.09, you -0.09',
  best: 'alone 0.33, call! -0.15, every 0.33, later 0.42, order -0.15, prior -0.13, prose 0.45, put -0.11, read -0.28, safety -0.15, tool -0.19, user 0.08, you -0.1',
  call: 'config -0.14, delete! -0.11, detect 0.11, first -0.25, free 0.24, goods-beside -0.22, ignore! 0.19, inner -0.12, keeper -0.11, mail 0.2, manual -0.14, odd 0.21, outside 0.29, parameter -0.13, prefer -0.56, prefer! -0.22, pressure 0.31, read -0.17, read! -0.09, regardless 0.2, remember 0.12, repeat 0.37, repeat! 0.45, role 0.13, rules -0.23, run -0.11, run! 0.15, safety 0.14, says-conceal 0.3, says-consent 0.52, session -0.09, talk -0.17, talker 0.09, url 0.44, write -0.12, write! -0.17',
  'call!':
    'every -0.13, first 0.27, goods-beside -0.08, ignore 0.14, ignore! 0.2, keeper 0.22, manual -0.1, money -0.13, must -0.08, not 0.17, param 0.33, parameter -0.11, please -0.26, prefer -0.41, pressure 0.47, pretext -0.12, read -0.28, read! -0.09, remember 0.32, remember! 0.15, repeat 0.4, rules 0.21, run 0.18, run! 0.47, safety -0.1, said 0.2, secret 0.41, send 0.11, talk -0.1, talker 0.08, tell -0.11, tell! -0.12, tool 0.22, url 0.29, user -0.1, write 0.19, you -0.1',
  config:
    'every 0.33, first -0.18, later 0.15, order 0.43, prior -0.11, private -0.09, put 0.32, put! 0.34, read 0.24, run 0.2, user -0.2, write 0.18, write! 0.35',
  delete:
    'alone -0.16, first -0.31, goods-beside -0.13, ignore 0.66, ignore! 0.1, keeper -0.18, later -0.1, manual -0.08, money -0.31, outside 0.51, param 0.1, parameter -0.32, please -0.12, pretext -0.11, prior 0.13, private -0.2, prose -0.16, read 0.08, read! -0.13, rules -0.14, run! 0.26, says-consent 0.33, talker -0.23, tell 0.16, user -0.15, write -0.17',
  'delete!':
    'every -0.12, first -0.15, keeper -0.12, later 0.2, param -0.09, parameter -0.14, please -0.12, pressure 0.11, private 0.19, prose 0.12, put -0.17, read -0.1, read! -0.11, run -0.09, secret 0.18, send -0.11, talk 0.13, talker -0.11, tell -0.14, tool 0.32, user 0.23, you -0.17',
  detect:
    'alone -0.24, every -0.14, first -0.3, ignore -0.15, ignore! -0.13, keeper -0.1, later -0.17, must 0.28, parameter -0.1, please -0.09, pressure 0.19, prior -0.39, private -0.13, prose -0.28, put -0.16, read -0.16, rules -0.37, run 0.12, run! 0.11, send! 0.17, talk -0.17, talker -0.16, tell -0.27, tell! -0.17, tool -0.08, user -0.13, write -0.1, you -0.14',
  every:
    'first -0.3, free 0.37, ignore 0.32, ignore! 0.12, inner 0.18, keeper -0.19, later 0.09, mail 0.29, money -0.15, must 0.35, not 0.1, odd 0.15, outside 0.17, parameter -0.12, please 0.13, prefer 0.15, prefer! 0.18, pressure -0.43, pretext 0.13, private 0.2, put! 0.2, read! 0.11, remember 0.09, repeat 0.31, role 0.73, run 0.14, run! 0.15, safety 0.38, said 0.23, says-conceal 0.28, says-consent 0.19, says-override 0.16, secret 0.3, send 0.13, send! 0.1, session 0.55, talk 0.37, talker 0.13, url 0.26, user 0.13, write! 0.44, you 0.29',
  first:
    'alone -0.14, goods-beside -0.23, inner -0.13, keeper -0.19, money -0.21, not -0.15, order -0.17, param 0.33, prefer 0.29, pressure 0.33, pretext 0.21, prior -0.23, private -0.08, prose -0.14, read -0.12, read! -0.2, remember 0.19, repeat -0.31, rules -0.37, run -0.16, run! 0.09, safety -0.28, sample 0.17, secret -0.18, send 0.15, send! -0.24, session 0.09, talk -0.31, talker 0.16, tell -0.24, tell! -0.1, url -0.22, user -0.27, write -0.23, you -0.36',
  free: 'alone 0.66, ignore -0.13, ignore! -0.29, later 0.78, not 0.59, prior 0.21, prose 0.67, put 0.08, read -0.2, run 0.21, run! 0.16, tell -0.34, tool 0.24, user 0.25, you 0.1',
  'goods-beside':
    'alone -0.13, ignore! 0.18, keeper -0.29, later -0.09, must -0.11, not -0.25, outside -0.11, parameter -0.25, prior 0.25, private -0.1, prose -0.09, put! -0.1, read! 0.11, remember! 0.11, rules 0.53, run -0.21, run! -0.13, says-override 0.64, secret -0.27, send -0.3, send! -0.21, talker -0.14, tell -0.16, write -0.24, you -0.1',
  harm: 'alone 0.69, later 0.2, prose 0.65, says-exfil 0.23, secret 0.57, send 0.12',
  'hidden-beside':
    'alone 0.18, later 0.18, order 0.2, param 0.14, prose 0.2, put 0.12, put! 0.13, read 0.18, read! 0.21, secret 0.16',
  ignore:
    'keeper -0.2, manual -0.1, money -0.13, must 0.2, not -0.34, outside 0.13, param 0.71, parameter -0.39, please -0.15, prefer -0.12, pressure -0.22, prior 0.32, private -0.13, put -0.11, put! -0.12, read -0.29, read! -0.12, remember! -0.1, rules 0.25, run 0.11, run! 0.16, safety 0.58, send -0.23, talker 0.24, tell 0.2, tool 0.61, url 0.11, user 0.08, write -0.28, write! -0.15, you 0.42',
  'ignore!':
    'keeper -0.13, later 0.08, must 0.26, not -0.21, odd 0.17, param 0.2, parameter -0.28, pressure -0.08, prior 0.2, private -0.36, read -0.22, rules 0.25, run -0.22, safety 0.53, secret 0.09, send -0.12, talk -0.12, talker 0.25, tell -0.18, tool 0.28, user 0.16, you 0.23',
  inner:
    'alone 0.17, later 0.25, order 0.13, param 0.14, parameter 0.25, please 0.22, prior 0.16, put 0.26, put! 0.31, read 0.14, rules 0.12, run -0.14, send -0.12, talk 0.15, talker -0.2, tell -0.12, tell! -0.15, user -0.09, write -0.1, you 0.4',
  ip: 'alone 0.2, later 0.21, private 0.16, prose 0.2',
  keeper:
    'alone -0.17, later -0.16, must -0.28, not -0.39, odd 0.45, order -0.14, param 0.18, parameter -0.31, please -0.19, pressure 0.13, prior -0.38, private -0.09, prose -0.18, put -0.12, put! -0.26, read -0.25, read! -0.16, remember 0.13, repeat 0.18, run! 0.17, safety -0.13, secret -0.26, send! 0.14, tell -0.22, tell! -0.16, tool -0.19, write! -0.12, you -0.16',
  later:
    'mail 0.64, manual -0.23, money 0.4, odd 0.09, outside 0.27, param -0.1, parameter -0.29, phone 0.35, prefer 0.16, pressure -0.25, prior 0.09, prose 0.09, put! 0.09, quiet 0.41, read! 0.17, regardless 0.3, remember 0.08, repeat 0.34, role 0.54, safety -0.11, sample -0.3, says-conceal 0.45, says-consent 0.82, says-exfil 0.19, says-override 0.71, secret 0.22, send 0.12, send! 0.09, session 0.21, talk 0.21, talker -0.19, tell 0.1, url 0.41, user 0.24, write -0.13, you 0.1',
  mail: 'alone 0.65, must 0.25, odd 0.35, order 0.3, outside 0.15, please 0.16, private 0.43, prose 0.63, put 0.1, read 0.42, read! 0.1, secret 0.18, send 0.69, send! 0.28, tell 0.15, user 0.08',
  manual:
    'alone -0.23, money -0.09, order -0.19, please -0.1, prior -0.09, prose -0.24, read -0.12, send -0.13, tool -0.13, you -0.15',
  money:
    'alone 0.21, order 0.28, parameter -0.29, please -0.14, prior 0.25, prose 0.33, put! -0.11, rules -0.09, secret 0.13, send -0.17, tell 0.13, tell! 0.24, user 0.2, write -0.17, write! 0.11, you -0.11',
  must: 'odd 0.2, parameter -0.1, please 0.08, prefer 0.47, prefer! 0.19, pressure -0.16, pretext 0.09, prior 0.31, private 0.22, put -0.13, read -0.17, read! 0.12, regardless 0.2, remember 0.22, role 0.23, rules -0.22, run -0.14, safety -0.16, said 0.38, says-conceal 0.43, secret 0.13, send 0.13, session 0.1, tell 0.24, tell! 0.13, tool -0.17, url 0.48, write -0.26, write! -0.11, you -0.16',
  not: 'odd 0.34, param -0.1, parameter -0.08, please -0.2, prefer -0.23, pressure 0.18, prior -0.15, put -0.2, put! 0.19, regardless 0.11, remember -0.09, repeat 0.11, run -0.32, run! -0.4, safety 0.1, said -0.21, says-conceal 0.26, says-consent 0.56, secret -0.57, send! 0.22, talk -0.39, talker 0.1, tell 0.55, tell! -0.2, tool 0.21, user 0.4, write -0.25, write! 0.29, you 0.13',
  odd: 'alone 0.09, order -0.21, outside 0.39, please 0.16, prior 0.22, private -0.19, put -0.14, put! -0.19, read! -0.42, remember 0.13, run 0.16, run! 0.16, secret 0.4, send 0.28, tell 0.32, tool 0.18, url -0.39, user 1.63, write -0.11, write! -0.11, you 0.38',
  order:
    'param 0.1, phone 0.35, prefer -0.17, pressure 0.22, quiet 0.52, regardless 0.33, repeat -0.08, role 0.21, rules 0.1, run -0.11, sample -0.14, says-consent 0.37, says-exfil 0.12, says-override -0.08, secret 0.43, talk 0.23, talker -0.13, tool 0.09, url 0.53, user 0.09, you -0.08',
  outside:
    'alone 0.21, param -0.23, parameter -0.23, please 0.37, prior 0.45, private 0.37, prose 0.21, put 0.43, put! 0.11, read 0.29, send 0.6, send! 0.19, tell -0.14, tool 0.1, url 0.26, write -0.29, you -0.1',
  param:
    'parameter -0.35, prefer -0.18, prefer! -0.09, pressure 0.13, put -0.11, read 0.19, read! 0.29, regardless 0.48, remember 0.18, rules 0.08, run -0.32, run! -0.23, secret 0.29, send! -0.13, talk 0.2, talker -0.28, tell! 0.12, tool 0.28, user 0.19, write -0.1, you -0.13',
  parameter:
    'alone -0.29, please -0.2, prefer -0.21, prefer! -0.11, pressure 0.21, pretext 0.18, prior -0.3, private -0.27, put -0.13, put! 0.08, quiet -0.1, read! 0.09, regardless -0.29, remember! 0.14, repeat -0.1, repeat! -0.1, rules -0.17, run 0.26, run! 0.43, safety -0.37, said 0.28, sample -0.17, says-override 0.19, secret 0.41, send -0.2, send! -0.13, talk 0.31, talker -0.22, tell 0.09, tell! 0.24, url 0.42, write -0.13, you 0.09',
  phone: 'alone 0.35, prose 0.35',
  please:
    'prefer 0.2, pressure 0.11, pretext 0.14, prior 0.09, private 0.15, prose 0.11, put 0.12, regardless 0.17, remember! -0.15, repeat -0.21, repeat! 0.1, rules 0.15, run 0.13, safety -0.12, secret 0.57, send 0.14, send! 0.11, talker -0.22, tell 0.27, tool 0.1, url 0.13, user 0.09, write 0.12, write! 0.1',
  prefer:
    'alone 0.28, pressure -0.17, private -0.48, prose 0.4, put -0.12, put! -0.1, read -0.1, read! -0.28, rules -0.15, run -0.19, run! -0.12, send 0.19, tell -0.25, tool -0.22, url 0.16, write -0.18, you -0.23',
  'prefer!': 'prior 0.24, private -0.2, put 0.26, tool 0.15, user -0.14',
  pressure:
    'pretext -0.24, prior -0.16, private 0.4, prose -0.19, put -0.14, put! -0.22, read! 0.11, rules -0.09, run 0.31, run! 0.44, safety -0.14, secret 0.14, send 0.23, tell -0.1, tell! -0.22, write -0.16, you -0.3',
  pretext:
    'alone 0.09, private 0.5, put 0.22, read 0.22, read! 0.1, run -0.16, secret 0.4, send 0.26, talk 0.35, user 0.26',
  prior:
    'private 0.14, prose 0.09, put! 0.14, regardless 0.19, remember 0.22, remember! 0.15, repeat! -0.2, role 0.11, rules 0.26, run -0.24, run! 0.08, safety 0.26, said 0.16, says-override 0.53, secret 0.21, send -0.17, session 0.37, talk 0.22, talker 0.12, tell! -0.13, tool 0.39, url 0.09, user -0.24, write! 0.15, you 0.18',
  private:
    'put! 0.38, read! 0.14, regardless 0.23, remember! -0.15, repeat 0.35, run -0.23, sample 0.15, secret 0.15, send 0.2, send! 0.11, session 0.24, talk 0.12, talker 0.23, tool -0.14, url -0.31, user 0.3, write -0.11, write! 0.15',
  prose:
    'put! 0.08, quiet 0.35, regardless 0.71, remember 0.12, remember! -0.12, repeat 0.22, role 0.43, run -0.11, run! -0.14, safety -0.08, said -0.18, says-conceal 0.5, says-consent 0.9, says-exfil 0.19, says-override 0.59, secret 0.11, send 0.19, send! 0.09, session 0.26, tell! -0.09, url 0.51, user 0.12, write -0.18',
  put: 'read 0.11, regardless 0.32, remember -0.2, remember! -0.3, repeat 0.2, run -0.19, run! -0.09, says-override -0.11, secret 0.35, talk 0.11, talker -0.22, tell -0.16, tell! -0.12, url 0.34, write! 0.11, you -0.14',
  'put!':
    'read 0.27, read! 0.37, regardless 0.11, remember! -0.12, repeat -0.21, rules 0.13, run 0.17, run! 0.32, safety -0.1, said 0.22, secret 0.58, send 0.12, send! 0.14, talk 0.38, talker -0.14, tell! 0.11, tool 0.08, url 0.5, user 0.27, write 0.11, write! 0.16',
  quiet: 'alone 0.26, read 0.2, run -0.14, send 0.09, send! 0.15, user 0.16',
  read: 'remember! -0.11, rules -0.26, run 0.24, run! 0.16, says-override -0.29, secret 0.47, send 0.27, send! 0.17, session 0.18, talker -0.13, tool -0.12, url 0.71, user -0.14, write! 0.1',
  'read!':
    'rules -0.32, run! -0.08, safety -0.18, says-override -0.16, secret 0.54, send! 0.4, talker -0.16, tool -0.09, url 0.16, user 0.19, you 0.1',
  regardless: 'alone 0.37, said 0.29, user 0.36, write 0.19, write! 0.15',
  remember:
    'alone 0.13, repeat -0.09, run! 0.08, safety -0.1, secret 0.09, send -0.16, session -0.11, talk 0.18, talker -0.22, user 0.61, write -0.13, you -0.12',
  'remember!':
    'rules -0.12, safety -0.1, secret 0.13, send -0.27, talk 0.17, talker -0.12, tell -0.08, tool -0.09, you -0.09',
  repeat: 'alone 0.15, rules -0.38, run -0.29, run! -0.2, send 0.1, send! -0.17, talk -0.19, tool 0.74, write -0.17',
  'repeat!': 'user 0.13',
  role: 'alone 0.38, tell 0.16, user 0.27, you 0.09',
  rules:
    'run 0.42, run! 0.37, says-conceal 0.23, says-override 0.82, send -0.11, session 0.18, talk 0.24, tell -0.22, tell! -0.08, tool 0.25, url 0.37, write -0.14, you 0.61',
  run: 'safety 0.23, said -0.12, secret -0.22, send 0.17, send! 0.26, session -0.1, talk 0.1, tell! -0.34, url 0.25, you 0.45',
  'run!':
    'safety 0.14, said -0.12, secret -0.22, send 0.43, send! 0.53, talk -0.26, talker 0.17, tell 0.19, tell! -0.17, tool 0.27, url 0.19, user 0.14, write -0.1, write! -0.09, you -0.18',
  safety: 'alone -0.2, secret -0.31, send -0.09, tool 0.28, user -0.27, you 0.24',
  said: 'secret -0.17, send -0.17, talker 0.13, tell 0.08, write 0.15, write! 0.21, you 0.17',
  sample: 'alone -0.12, send 0.1, user 0.12',
  'says-conceal': 'alone 0.44, send 0.08, tell 0.21, user 0.37',
  'says-consent': 'alone 0.89, tool 0.13, user 0.62',
  'says-exfil': 'alone 0.24, secret 0.12, send 0.24, send! 0.12',
  'says-override': 'alone 0.7, tool 0.13, user 0.47, you 0.14',
  secret: 'alone 0.17, send -0.13, send! 0.14, talker -0.11, tell! 0.14, url 0.22, user 0.16, write -0.08, write! 0.12',
  send: 'alone 0.13, tell! -0.2, url 0.89, write -0.16',
  'send!': 'talk 0.24, tell 0.14, tell! -0.24, url 0.14, user 0.1, write! -0.15, you -0.09',
  session: 'alone 0.24, user -0.09, you 0.12',
  talk: 'alone 0.12, talker -0.38, tell -0.15, tell! -0.16, tool 0.63, user 0.21, write 0.12, write! 0.32, you 0.47',
  talker: 'alone -0.1, tell -0.09, user -0.22, write -0.17, write! -0.09',
  tell: 'url 0.12, user 0.22, write -0.15',
  'tell!': 'user -0.27, write -0.16, you -0.32',
  tool: 'url 0.22, write -0.23, you -0.33',
  url: 'alone 0.34, user 0.12, write 0.12, write! 0.11, you 0.25',
  user: 'alone 0.18, write! 0.23, you 0.18',
  write: 'alone -0.17, you -0.08',
}
