// What signs of a sentence, and pairs of them, weigh for TP-136: learned by bench/scan-weights.ts, so it is data, not judgement.

export const weights: { readonly [sign: string]: string } = {
  account: 'alone 0.55, before 0.65, later 0.55, money 0.21, order 0.4, prose 0.47',
  always: 'alone -2.33',
  answer:
    'ask 0.17, ask! 0.35, assistant 0.1, authority -0.17, best -0.14, call! 0.18, config 0.16, delete 0.21, delete! -0.13, detect -0.36, first -0.18, ignore 0.27, ignore! 0.42, keeper -0.13, money -0.11, not 0.21, odd 0.5, outside -0.12, param -0.3, please -0.13, pressure -0.18, pretext 0.26, private -0.1, prose -0.1, quiet -0.12, read -0.12, regardless 0.13, remember -0.22, remember! -0.25, repeat -0.15, repeat! -0.25, run! 0.28, safety 0.11, said 0.22, sample -0.13, says-conceal 0.19, secret 0.25, send -0.12, send! 0.22, session 0.31, talk 0.21, tool -0.17, url 0.45, write! 0.14, you 0.09',
  'answer!':
    'ask 0.27, ask! 0.31, before -0.19, detect -0.23, ignore 0.36, ignore! 0.36, later 0.1, must -0.19, not -0.08, odd 0.22, parameter 0.1, prefer 0.14, pressure -0.22, prior 0.15, private 0.16, put! 0.13, regardless 0.09, run -0.33, run! -0.18, secret 0.41, send 0.08, send! 0.35, session 0.08, url 0.2, user 0.1, you -0.23',
  ask: 'authority -0.21, before -0.15, call! -0.11, delete! 0.29, detect -0.18, every 0.13, first -0.2, free 0.23, ignore -0.11, ignore! 0.09, later 0.08, money 0.61, must -0.25, not -0.21, odd 0.14, outside 0.1, param -0.1, parameter -0.21, please 0.12, prefer -0.17, pressure 0.14, read -0.14, read! -0.16, regardless 0.34, remember 0.27, repeat -0.13, role 0.21, run 0.18, safety 0.11, said -0.15, says-consent 0.74, secret 0.08, send -0.12, send! 0.18, talk -0.18, talker -0.19, tell -0.11, url 0.2, user 0.21, write -0.15, you 0.11',
  'ask!':
    'assistant -0.09, before -0.48, call -0.14, call! -0.1, delete -0.34, every -0.24, keeper 0.29, must -0.21, not -0.11, parameter 0.26, please -0.13, prior 0.15, private 0.11, prose -0.12, put 0.19, put! 0.28, read 0.15, read! 0.11, remember 0.39, repeat 0.13, rules -0.11, secret 0.38, send 0.12, talker 0.22',
  assistant:
    'call -0.18, call! -0.12, config 0.12, delete 0.27, delete! 0.22, detect -0.09, every 0.2, first -0.43, goods-beside -0.14, ignore 0.24, ignore! 0.09, inner -0.14, later 0.15, must 0.86, not -0.1, odd -0.11, order 0.15, param -0.15, please 0.17, prefer -0.09, pretext -0.1, prior -0.14, private 0.45, prose 0.14, put! 0.18, read! 0.13, remember 0.34, remember! 0.27, secret 0.29, talker -0.1, tool -0.1, write 0.15, write! 0.23',
  authority:
    'before -0.12, call -0.17, delete 0.14, delete! 0.14, every -0.12, first -0.16, free 0.49, ignore 0.73, ignore! 0.53, keeper -0.13, later 0.1, must -0.26, not 0.23, order 0.14, param 0.16, please -0.18, pretext 0.17, prior -0.1, put! 0.22, read -0.29, read! -0.28, role -0.1, rules -0.34, run 0.3, safety 0.32, secret 0.11, session -0.08, talk 0.13, talker -0.25, tell 0.19, tool -0.09, url 0.11, user 0.2, write -0.21, write! -0.27',
  before:
    'call! -0.18, delete -0.28, every 0.08, first -0.32, free -0.13, hidden-beside 0.09, ignore 0.22, ignore! 0.31, inner 0.2, later 0.1, mail 0.24, manual -0.16, money 0.3, not -0.3, odd 0.28, param 0.16, prefer 0.35, prefer! 0.08, pressure 0.23, pretext -0.3, put 0.1, read! 0.25, regardless 0.42, remember! -0.09, repeat! 0.13, rules -0.16, run 0.34, run! 0.34, says-consent 0.35, says-override -0.26, secret 0.42, talk 0.28, talker 0.17, tell! -0.21, url 0.09, write! 0.09, you -0.08',
  best: 'alone 0.32, call! -0.16, every 0.32, later 0.41, order -0.16, prior -0.13, prose 0.45, put -0.12, read -0.28, safety -0.15, tool -0.19, user 0.08, you -0.11',
  call: 'config -0.11, delete! -0.1, detect 0.08, first -0.25, free 0.22, goods-beside -0.24, ignore 0.11, ignore! 0.24, inner -0.13, keeper -0.11, mail 0.32, manual -0.13, money -0.09, odd 0.24, parameter -0.1, prefer -0.55, prefer! -0.21, pressure 0.3, prior -0.09, put -0.09, read -0.17, read! -0.09, regardless 0.2, remember 0.1, repeat 0.43, repeat! 0.41, role 0.13, rules -0.21, run -0.11, run! 0.15, safety 0.14, says-conceal 0.28, says-consent 0.49, talk -0.18, talker 0.1, url 0.44, write -0.11, write! -0.16',
  'call!':
    'every -0.12, first 0.29, goods-beside -0.1, ignore 0.19, ignore! 0.26, keeper 0.21, mail 0.27, manual -0.1, money -0.15, must -0.09, not 0.12, param 0.32, please -0.29, prefer -0.41, pressure 0.47, pretext -0.13, put -0.1, read -0.29, read! -0.1, remember 0.29, remember! 0.13, repeat 0.51, rules 0.19, run 0.16, run! 0.46, safety -0.11, said 0.19, secret 0.42, send 0.13, talk -0.12, tell -0.15, tell! -0.15, tool 0.21, url 0.28, user -0.1, write 0.18, you -0.12',
  config:
    'every 0.33, first -0.22, later 0.15, order 0.39, parameter -0.09, prior -0.11, private -0.12, put 0.31, put! 0.34, read 0.19, run 0.21, user -0.2, write 0.19, write! 0.36',
  delete:
    'alone -0.16, first -0.3, goods-beside -0.16, ignore 0.66, ignore! 0.09, keeper -0.17, later -0.1, money -0.32, outside 0.53, param 0.1, parameter -0.32, please -0.12, pretext -0.11, prior 0.12, private -0.19, prose -0.16, put! -0.08, read 0.09, read! -0.12, rules -0.14, run! 0.25, says-consent 0.35, talker -0.23, tell 0.17, user -0.16, write -0.17',
  'delete!':
    'every -0.13, first -0.15, keeper -0.12, later 0.2, param -0.08, parameter -0.14, please -0.11, pressure 0.11, private 0.2, prose 0.12, put -0.18, read -0.09, read! -0.1, run -0.1, secret 0.17, send -0.1, talk 0.12, talker -0.11, tell -0.14, tool 0.32, user 0.21, you -0.18',
  detect:
    'alone -0.23, every -0.19, first -0.33, goods-beside 0.28, ignore -0.18, ignore! -0.16, keeper -0.12, later -0.13, must 0.24, not -0.09, parameter -0.12, please -0.11, pressure 0.19, prior -0.42, prose -0.23, put -0.2, read! 0.13, rules -0.37, run 0.12, run! 0.11, secret 0.13, send! 0.16, talk -0.18, talker -0.17, tell -0.29, tell! -0.18, tool -0.1, user -0.17, write -0.12, you -0.18',
  every:
    'first -0.3, free 0.35, ignore 0.3, ignore! 0.1, inner 0.17, keeper -0.2, later 0.09, mail 0.27, must 0.34, not 0.08, odd 0.16, outside 0.21, parameter -0.12, please 0.12, prefer 0.14, prefer! 0.17, pressure -0.43, pretext 0.13, private 0.19, put! 0.2, read! 0.1, repeat 0.32, role 0.76, run 0.12, run! 0.13, safety 0.36, said 0.24, says-conceal 0.27, says-consent 0.2, says-override 0.15, secret 0.27, send 0.13, send! 0.11, session 0.58, talk 0.36, talker 0.13, url 0.26, user 0.12, write! 0.44, you 0.29',
  first:
    'alone -0.12, goods-beside -0.24, inner -0.12, keeper -0.19, money -0.24, not -0.15, order -0.17, param 0.33, prefer 0.3, pressure 0.35, pretext 0.21, prior -0.22, prose -0.12, read -0.13, read! -0.2, remember 0.18, repeat -0.37, rules -0.36, run -0.15, safety -0.27, sample 0.18, secret -0.18, send 0.15, send! -0.26, talk -0.33, talker 0.16, tell -0.24, tell! -0.1, url -0.21, user -0.28, write -0.22, you -0.35',
  free: 'alone 0.66, ignore -0.13, ignore! -0.29, later 0.78, not 0.56, prior 0.23, prose 0.66, put 0.09, read -0.17, run 0.2, run! 0.15, tell -0.35, tool 0.23, user 0.25, you 0.11',
  'goods-beside':
    'alone -0.11, ignore! 0.2, keeper -0.3, not -0.27, order 0.09, outside -0.1, parameter -0.25, please -0.08, prefer 0.11, prefer! 0.13, prior 0.28, put! -0.15, read! 0.21, remember 0.09, remember! 0.16, role -0.1, rules 0.49, run -0.22, run! -0.15, says-conceal 0.13, says-override 0.59, secret -0.23, send -0.33, send! -0.22, talker -0.16, tell -0.18, user -0.11, write -0.26, you -0.15',
  harm: 'alone 0.68, later 0.17, prose 0.63, says-exfil 0.25, secret 0.59, send 0.13',
  'hidden-beside':
    'alone 0.18, later 0.18, order 0.2, param 0.15, prose 0.2, put 0.12, put! 0.13, read 0.18, read! 0.21, secret 0.16',
  ignore:
    'keeper -0.2, manual -0.1, money -0.15, must 0.17, not -0.36, odd 0.09, outside 0.14, param 0.7, parameter -0.34, please -0.15, prefer -0.11, pressure -0.21, prior 0.33, private -0.12, put -0.12, put! -0.12, read -0.29, read! -0.12, remember! -0.11, rules 0.26, run 0.11, run! 0.15, safety 0.56, send -0.17, talker 0.23, tell 0.2, tool 0.62, url 0.12, user 0.1, write -0.29, write! -0.17, you 0.41',
  'ignore!':
    'keeper -0.13, later 0.1, must 0.24, not -0.21, odd 0.18, param 0.19, parameter -0.21, prior 0.2, private -0.36, read -0.22, rules 0.25, run -0.25, safety 0.52, secret 0.09, talk -0.12, talker 0.25, tell -0.19, tool 0.28, user 0.21, you 0.22',
  inner:
    'alone 0.17, later 0.25, order 0.13, param 0.14, parameter 0.24, please 0.22, prior 0.16, put 0.25, put! 0.31, read 0.14, rules 0.13, run -0.14, send -0.12, talk 0.14, talker -0.21, tell -0.08, tell! -0.15, tool 0.13, user -0.08, write -0.12, you 0.4',
  ip: 'alone 0.19, later 0.21, private 0.16, prose 0.19',
  keeper:
    'alone -0.17, later -0.16, must -0.28, not -0.39, odd 0.43, order -0.15, param 0.19, parameter -0.3, please -0.17, pressure 0.12, pretext -0.08, prior -0.38, private -0.1, prose -0.18, put -0.13, put! -0.25, read -0.27, read! -0.18, remember 0.11, repeat 0.18, run! 0.16, safety -0.12, secret -0.26, send! 0.14, tell -0.23, tell! -0.16, tool -0.2, write! -0.12, you -0.17',
  later:
    'mail 0.65, manual -0.23, money 0.41, outside 0.16, param -0.1, parameter -0.28, phone 0.36, prefer 0.17, pressure -0.25, prose 0.08, quiet 0.37, read! 0.17, regardless 0.3, remember 0.18, repeat 0.38, role 0.52, safety -0.11, sample -0.29, says-conceal 0.46, says-consent 0.8, says-exfil 0.19, says-override 0.71, secret 0.21, send 0.1, send! 0.1, session 0.22, talk 0.21, talker -0.19, tell 0.09, url 0.41, user 0.23, write -0.13, you 0.1',
  mail: 'alone 0.65, must 0.24, odd 0.35, order 0.34, outside 0.18, please 0.14, private 0.43, prose 0.6, put 0.11, read 0.42, read! 0.09, secret 0.16, send 0.7, send! 0.25, tell 0.18, user 0.16',
  manual:
    'alone -0.23, money -0.09, order -0.19, please -0.1, prior -0.09, prose -0.24, read -0.12, send -0.13, tool -0.14, you -0.16',
  money:
    'alone 0.2, order 0.25, parameter -0.32, please -0.15, prior 0.2, prose 0.34, put 0.14, put! -0.11, rules -0.1, secret 0.11, send -0.17, send! 0.12, tell 0.14, tell! 0.26, user 0.32, write -0.17, write! 0.12, you -0.13',
  must: 'not 0.17, odd 0.23, order -0.08, parameter -0.12, prefer 0.46, prefer! 0.17, pressure -0.17, pretext 0.1, prior 0.31, private 0.2, put -0.15, read -0.18, regardless 0.19, remember 0.55, role 0.28, rules -0.25, run -0.14, safety -0.16, said 0.41, says-conceal 0.39, secret 0.13, send 0.12, tell 0.26, tell! 0.17, tool -0.17, url 0.5, write -0.26, write! -0.11, you -0.16',
  not: 'odd 0.34, outside 0.09, param -0.11, parameter -0.09, please -0.2, prefer -0.2, pressure 0.18, prior -0.18, put -0.22, put! 0.16, regardless 0.11, remember 0.25, run -0.32, run! -0.39, safety 0.09, said -0.21, says-conceal 0.25, says-consent 0.54, secret -0.57, send! 0.2, session 0.09, talk -0.4, tell 0.52, tell! -0.18, tool 0.18, user 0.36, write -0.26, write! 0.27, you 0.13',
  odd: 'order -0.2, outside 0.41, please 0.19, prior 0.23, private -0.17, put -0.12, put! -0.17, read! -0.47, remember 0.14, run 0.19, run! 0.19, secret 0.42, send 0.28, tell 0.33, tool 0.18, url -0.38, user 1.65, write -0.1, write! -0.1, you 0.4',
  order:
    'param 0.09, phone 0.36, prefer -0.18, pressure 0.22, quiet 0.46, regardless 0.34, role 0.21, rules 0.09, run -0.11, said 0.11, sample -0.14, says-conceal 0.12, says-consent 0.38, says-exfil 0.12, secret 0.45, talk 0.24, talker -0.13, url 0.52, user 0.08, you -0.08',
  outside:
    'alone 0.13, param -0.2, parameter -0.17, please 0.39, private 0.43, put 0.47, put! 0.1, read 0.33, send 0.68, send! 0.21, tell -0.1, tool 0.17, url 0.31, write -0.22',
  param:
    'parameter -0.35, prefer -0.18, prefer! -0.1, pressure 0.14, put -0.13, read 0.19, read! 0.27, regardless 0.48, remember 0.17, rules 0.08, run -0.31, run! -0.21, secret 0.32, send -0.11, send! -0.12, talk 0.18, talker -0.28, tell! 0.09, tool 0.27, user 0.17, write -0.08, you -0.12',
  parameter:
    'alone -0.28, please -0.2, prefer -0.2, prefer! -0.11, pressure 0.2, pretext 0.18, prior -0.26, private -0.27, put -0.12, put! 0.1, quiet -0.1, regardless -0.3, remember! 0.14, repeat -0.14, repeat! -0.13, rules -0.17, run 0.27, run! 0.43, safety -0.37, said 0.27, sample -0.16, says-override 0.21, secret 0.42, send -0.18, send! -0.14, talk 0.31, talker -0.23, tell 0.1, tell! 0.23, url 0.42, write -0.13, you 0.08',
  phone: 'alone 0.36, prose 0.36',
  please:
    'prefer 0.2, pressure 0.13, pretext 0.12, private 0.15, prose 0.1, put 0.12, regardless 0.18, remember! -0.16, repeat -0.25, repeat! 0.08, rules 0.14, run 0.13, safety -0.12, secret 0.57, send 0.14, send! 0.1, talker -0.21, tell 0.25, tool 0.12, url 0.14, write 0.11, write! 0.11, you -0.08',
  prefer:
    'alone 0.28, pressure -0.15, private -0.47, prose 0.4, put -0.13, put! -0.1, read -0.11, read! -0.29, rules -0.12, run -0.2, run! -0.13, send 0.19, send! 0.15, tell -0.22, tool -0.23, url 0.15, write -0.18, you -0.23',
  'prefer!': 'prior 0.22, private -0.2, put 0.26, tool 0.14, user -0.14',
  pressure:
    'pretext -0.24, prior -0.18, private 0.38, prose -0.18, put -0.14, put! -0.23, read! 0.13, rules -0.09, run 0.32, run! 0.47, safety -0.14, secret 0.14, send 0.22, tell -0.11, tell! -0.22, tool 0.1, write -0.16, you -0.3',
  pretext:
    'alone 0.09, private 0.5, put 0.2, read 0.23, read! 0.1, run -0.16, secret 0.39, send 0.26, talk 0.35, user 0.26',
  prior:
    'private 0.18, put! 0.17, regardless 0.2, remember 0.18, remember! 0.16, repeat! -0.21, role 0.11, rules 0.28, run -0.24, safety 0.28, said 0.14, says-override 0.54, secret 0.28, send -0.18, session 0.37, talk 0.21, talker 0.13, tell! -0.12, tool 0.39, url 0.11, user -0.22, write! 0.15, you 0.19',
  private:
    'put! 0.37, read! 0.18, regardless 0.22, remember! -0.15, repeat 0.31, role -0.1, run -0.23, sample 0.15, secret 0.21, send 0.19, send! 0.11, session 0.25, talk 0.11, talker 0.23, tool -0.13, url -0.29, user 0.28, write -0.09, write! 0.16',
  prose:
    'quiet 0.32, regardless 0.71, remember 0.2, remember! -0.12, repeat 0.26, role 0.42, run -0.11, run! -0.14, said -0.18, says-conceal 0.52, says-consent 0.89, says-exfil 0.19, says-override 0.58, secret 0.09, send 0.17, send! 0.1, session 0.26, tell! -0.09, url 0.51, user 0.11, write -0.17',
  put: 'quiet 0.5, read 0.1, regardless 0.3, remember -0.25, remember! -0.31, repeat 0.14, run -0.2, run! -0.08, says-override -0.1, secret 0.37, talk 0.12, talker -0.21, tell -0.16, tell! -0.14, url 0.36, user 0.14, write! 0.11, you -0.16',
  'put!':
    'read 0.27, read! 0.38, regardless 0.1, remember! -0.12, repeat -0.23, rules 0.12, run 0.18, run! 0.32, safety -0.09, said 0.21, secret 0.63, send 0.1, send! 0.14, talk 0.38, talker -0.14, tell! 0.1, tool 0.09, url 0.49, user 0.26, write 0.11, write! 0.16',
  quiet: 'alone 0.23, read 0.18, run -0.13, send! 0.11, user 0.13',
  read: 'remember! -0.11, repeat 0.08, rules -0.27, run 0.24, run! 0.18, said 0.09, says-override -0.29, secret 0.5, send 0.24, send! 0.18, session 0.16, talker -0.13, tool -0.12, url 0.7, user -0.15, write! 0.09',
  'read!':
    'rules -0.31, safety -0.18, says-override -0.16, secret 0.54, send! 0.44, talker -0.16, tool -0.1, url 0.16, user 0.2, you 0.09',
  regardless: 'alone 0.37, said 0.3, tell! 0.14, user 0.35, write 0.19, write! 0.14',
  remember:
    'alone 0.2, repeat -0.08, safety -0.1, send -0.18, session -0.13, talk 0.24, talker -0.22, user 0.52, write -0.19, you -0.13',
  'remember!': 'rules -0.12, safety -0.1, secret 0.11, send -0.27, talk 0.24, talker -0.13, tool -0.11, you -0.1',
  repeat: 'alone 0.15, rules -0.4, run -0.33, run! -0.22, send! -0.19, talk -0.12, tool 0.67, write -0.21, you -0.09',
  'repeat!': 'user 0.11',
  role: 'alone 0.37, tell 0.15, user 0.29, you 0.13',
  rules:
    'run 0.42, run! 0.37, says-conceal 0.23, says-override 0.81, send -0.13, session 0.18, talk 0.24, tell -0.2, tell! -0.09, tool 0.23, url 0.38, write -0.13, you 0.6',
  run: 'safety 0.24, said -0.12, secret -0.23, send 0.16, send! 0.28, session -0.12, talk 0.12, tell! -0.35, tool -0.09, url 0.24, you 0.44',
  'run!':
    'safety 0.15, said -0.12, secret -0.22, send 0.43, send! 0.55, talk -0.25, talker 0.19, tell 0.2, tell! -0.18, tool 0.26, url 0.19, user 0.15, write -0.1, you -0.18',
  safety: 'alone -0.19, secret -0.31, send -0.1, tool 0.29, user -0.28, you 0.23',
  said: 'secret -0.19, send -0.15, talker 0.13, tell 0.09, write 0.15, write! 0.21, you 0.16',
  sample: 'alone -0.11, send 0.1, user 0.12',
  'says-conceal': 'alone 0.45, talk 0.13, tell 0.2, user 0.34',
  'says-consent': 'alone 0.88, tool 0.14, user 0.64',
  'says-exfil': 'alone 0.24, secret 0.12, send 0.24, send! 0.12',
  'says-override': 'alone 0.7, tool 0.14, user 0.47, you 0.14',
  secret: 'alone 0.16, send -0.13, send! 0.14, talker -0.09, tell! 0.13, url 0.22, user 0.18, write! 0.11',
  send: 'alone 0.12, tell! -0.17, url 0.86, write -0.16',
  'send!': 'talk 0.26, tell 0.13, tell! -0.22, url 0.13, user 0.11, write! -0.14, you -0.11',
  session: 'alone 0.24, user -0.09, write! 0.11, you 0.2',
  talk: 'alone 0.12, talker -0.39, tell -0.11, tell! -0.17, tool 0.64, user 0.16, write 0.11, write! 0.31, you 0.47',
  talker: 'alone -0.1, tell -0.08, user -0.23, write -0.17, write! -0.09',
  tell: 'tool 0.09, url 0.17, user 0.18, write -0.15',
  'tell!': 'url 0.13, user -0.26, write -0.17, you -0.33',
  tool: 'url 0.2, user -0.1, write -0.23, you -0.33',
  url: 'alone 0.34, user 0.13, write 0.15, write! 0.1, you 0.25',
  user: 'alone 0.15, write! 0.21, you 0.17',
  write: 'alone -0.16',
}
