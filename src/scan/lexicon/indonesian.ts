// Indonesian and Malay, as far as attacks on models are written in them.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const indonesian: Language = {
  words: {
    free: list(
      'tidak ada aturan, tanpa aturan, tanpa batasan, tanpa pembatasan, tanpa sensor, tanpa filter, tidak lagi terikat, tidak terikat, bebas dari aturan, semua diperbolehkan, tanpa batas',
    ),
    'says-override': [
      ...every(
        'aturan, instruksi, perintah, pedoman',
        'sebelumnya, lama, terdahulu',
        'tidak berlaku lagi, sudah tidak berlaku, dibatalkan, dicabut, batal, tidak lagi berlaku',
      ),
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
      ...list('jangan bilang siapa, jangan beritahu siapa'),
      ...list(
        'jangan beritahu, jangan beri tahu, jangan memberi tahu, jangan katakan, jangan sebutkan, jangan ungkapkan, tanpa memberi tahu, tanpa memberitahu, tanpa sepengetahuan pengguna, tanpa diketahui pengguna, pengguna tidak perlu tahu, pengguna tidak boleh tahu, pengguna jangan sampai tahu, rahasiakan, rahasiakan ini, rahasiakan hal ini, sembunyikan ini, sembunyikan dari pengguna, hanya di antara kita, jangan bilang',
      ),
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
      'tanpa bertanya, tanpa konfirmasi, tanpa persetujuan, tanpa izin, tanpa menunggu, pengguna sudah setuju, pengguna sudah menyetujui, pengguna telah menyetujui, pengguna telah setuju, pengguna sudah mengizinkan, persetujuan sudah, izin sudah, jangan minta konfirmasi, jangan meminta konfirmasi, jangan minta izin, jangan bertanya, tidak perlu konfirmasi, tidak perlu bertanya, tidak perlu izin, dianggap setuju, dianggap disetujui, pengguna sudah memberi izin, tanpa meminta konfirmasi, tanpa izin pengguna, jangan tanya pengguna',
    ),
    'says-role': list(
      'sekarang anda adalah, sekarang kamu adalah, mulai sekarang anda adalah, mulai sekarang kamu adalah, berpura puralah, bertindaklah sebagai, prompt sistem baru, mode pengembang',
    ),
    'says-tool': list('sebelum menggunakan alat lain, sebelum memanggil alat lain, sebelum memakai alat apa pun'),
    assistant: list('asisten, model bahasa'),
    user: list('pengguna, klien, pelanggan, orang, siapa pun'),
    you: list('anda, kamu'),
    not: list('jangan, tidak, tanpa'),
    must: list('harus, wajib, perlu, pastikan, selalu, mesti, jangan lupa'),
    rules: list('instruksi, perintah, aturan, petunjuk, arahan, pedoman, batasan'),
    prior: list('sebelumnya, terdahulu, di atas, awal'),
    every: list('semua, seluruh, lengkap, setiap, setiap kali, kata demi kata, penuh, utuh, segala'),
    secret: list(
      'rahasia, kode verifikasi, kode otp, nomor kartu, data bank, kunci ssh, kunci pribadi, kunci rahasia, kata sandi, sandi, kredensial, data login, frasa pemulihan, variabel lingkungan, kata laluan, kunci privat, kunci api, token akses',
    ),
    private: list('kotak masuk, kontak, data pribadi, data pelanggan, saldo bank, daftar pengguna'),
    inner: list(
      'prompt sistem, pesan sistem, instruksi sistem, instruksi awal, instruksi anda, instruksimu, instruksi tersembunyi, instruksi internal, semua teks di atas, teks di atas, semua yang di atas, konfigurasi anda',
    ),
    tell: list(
      'beritahu, memberitahu, memberi tahu, beri tahu, beritahukan, katakan, mengatakan, sebutkan, menyebutkan, ungkapkan, mengungkapkan, tahu, mengetahui, tampilkan, sadar',
    ),
    talk: list(
      'percakapan, obrolan, riwayat obrolan, riwayat percakapan, seluruh percakapan, semua pesan, pesan terakhir, pesan sebelumnya, yang ditulis pengguna, prompt sistem, pesan sistem, daftar alat',
    ),
    param: list('parameter, argumen, bidang, kolom'),
    outside: list('server eksternal, server luar, pihak ketiga'),
    quiet: list(
      'diam diam, secara diam diam, secara rahasia, di latar belakang, tanpa sepengetahuan, sembunyi sembunyi, secara senyap',
    ),
    session: list('mulai sekarang, di semua sesi, seterusnya'),
    before: list('sebelum, terlebih dahulu, setelah, setiap kali'),
  },
  orders: {
    ignore: list(
      'abaikan, mengabaikan, lupakan, melupakan, langgar, kesampingkan, jangan hiraukan, jangan pedulikan, kesampingkan, jangan ikuti, jangan patuhi, abaikan, lupakan',
    ),
    read: list(
      'membaca, baca, bacalah, membuka, buka, bukalah, ambil, ambillah, mengambil, kumpulkan, mengumpulkan, salin, menyalin, ekstrak, cari, dapatkan, buka berkas, buka file',
    ),
    send: list(
      'mengirim, kirim, kirimkan, kirimlah, mengirimkan, teruskan, meneruskan, unggah, mengunggah, bagikan, membagikan, sampaikan, publikasikan, dikirim, dikirimkan, hantar, hantarkan',
    ),
    put: list(
      'menambahkan, tambahkan, masukkan, memasukkan, sertakan, menyertakan, lampirkan, melampirkan, isikan, tempelkan, sisipkan, taruh, letakkan, tulis, tuliskan, sembunyikan',
    ),
    write: list('tulis, simpan, ubah'),
    run: list('jalankan'),
    call: list('panggil, gunakan'),
    tell: list('ungkapkan, tunjukkan, tampilkan, beri aku, berikan saya, beritahu saya'),
    answer: list('jawab, cetak, ulangi, beri aku, berikan'),
    delete: list('hapus, menghapus, hapuslah, musnahkan, padam'),
  },
}
