// Indonesian and Malay, as far as attacks on models are written in them.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const indonesian: Language = {
  words: {
    'says-override': [
      ...every(
        'abaikan, lupakan, hiraukan',
        'semua, segala, semua yang',
        'yang telah dikatakan, di atas, sebelumnya, yang dikatakan sebelumnya, perkara di atas',
      ),
      ...every(
        'jangan ikuti, jangan patuhi, berhenti mengikuti',
        'instruksi, perintah, aturan, arahan, petunjuk',
        'sebelumnya, di atas, anda, awal',
      ),
    ],
    'says-conceal': [
      ...every(
        'jangan, jangan pernah',
        'beritahu, beri tahu, katakan, katakan kepada, sampaikan, sebutkan, ungkapkan, tunjukkan, tampilkan, beritahukan',
        'pengguna, kepada pengguna, ini kepada pengguna, hal ini kepada pengguna, pada pengguna, hal ini',
      ),
      ...list(
        'tanpa sepengetahuan pengguna, tanpa memberi tahu pengguna, tanpa memberitahu pengguna, tanpa diketahui pengguna, pengguna tidak boleh tahu, pengguna tidak perlu tahu, sembunyikan dari pengguna, sembunyikan ini dari pengguna, rahasiakan dari pengguna, rahsiakan daripada pengguna',
      ),
    ],
    'says-consent': list(
      'pengguna sudah menyetujui, pengguna telah menyetujui, pengguna sudah memberi izin, pengguna sudah setuju, tanpa konfirmasi, tanpa meminta konfirmasi, jangan minta konfirmasi, jangan meminta konfirmasi, tanpa izin pengguna, jangan tanya pengguna',
    ),
    'says-role': list(
      'sekarang anda adalah, sekarang kamu adalah, mulai sekarang anda adalah, mulai sekarang kamu adalah, berpura puralah, bertindaklah sebagai, prompt sistem baru, mode pengembang',
    ),
    'says-tool': list('sebelum menggunakan alat lain, sebelum memanggil alat lain, sebelum memakai alat apa pun'),
    assistant: list('asisten, model bahasa'),
    user: list('pengguna, pelanggan'),
    you: list('anda, kamu'),
    not: list('jangan, tidak, tanpa'),
    must: list('harus, wajib, selalu, mesti'),
    rules: list('instruksi, perintah, aturan, petunjuk, arahan, pedoman, batasan'),
    prior: list('sebelumnya, terdahulu, di atas, awal'),
    every: list('semua, setiap, seluruh, segala'),
    secret: list(
      'kata sandi, kata laluan, kunci privat, kunci pribadi, kunci rahasia, kunci api, kredensial, token akses, variabel lingkungan',
    ),
    private: list('kotak masuk, kontak, data pribadi, data pelanggan, saldo bank, daftar pengguna'),
    talk: list(
      'percakapan, riwayat percakapan, riwayat obrolan, prompt sistem, pesan sistem, pesan sebelumnya, daftar alat',
    ),
    param: list('parameter, argumen, bidang, kolom'),
    outside: list('server eksternal, server luar, pihak ketiga'),
    quiet: list('diam diam, secara diam diam, secara rahasia, secara senyap'),
    session: list('mulai sekarang, di semua sesi, seterusnya'),
    before: list('sebelum, terlebih dahulu, setelah, setiap kali'),
  },
  orders: {
    ignore: list('jangan hiraukan, jangan pedulikan, kesampingkan, jangan ikuti, jangan patuhi, abaikan, lupakan'),
    read: list('baca, bacalah, ambil, kumpulkan, buka berkas, buka file'),
    send: list('kirim, kirimkan, teruskan, unggah, bagikan, hantar, hantarkan'),
    put: list('masukkan, sertakan, tambahkan, lampirkan, tempelkan'),
    write: list('tulis, simpan, ubah'),
    run: list('jalankan'),
    call: list('panggil, gunakan'),
    tell: list('ungkapkan, tunjukkan, tampilkan, beri aku, berikan saya, beritahu saya'),
    answer: list('jawab, cetak, ulangi, beri aku, berikan'),
    delete: list('hapus, padam'),
  },
}
