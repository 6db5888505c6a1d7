// Package people takes in who is where (人事異動): files of units, posts, 発令, complete lists (名簿), business systems,
// designations and external codes, from any number of appointing bodies, as statements of kernel/org.
//
// It guarantees that a set of files is worked out before anything is written, with every fault by file and cell at once; that it
// is applied whole, in one act, or not at all, and only while it comes to what was confirmed; that nothing of it shows before
// its publication, but to its operators; that the same file again changes nothing; that rows which are wrong are kept on a
// hold list until somebody corrects or drops them; and that an import is taken back completely before its day, and corrected
// with its history afterwards.
//
// What the rows of 発令 do, from their 発令日 on unless said otherwise. What is not named stays; of a person's description
// the row changes what it does not leave empty.
//
//   - 採用, 転入: the person becomes one of ours with that main post. Of somebody who is there already: the renewal of a limited
//     term (会計年度任用 and the like), else a fault.
//   - 異動, 昇任, 配置換: another main post. 兼務 and the like stay until they are released.
//   - 心得: another main post, borne as 心得.
//   - 再任用, 任用更新: the same person goes on, perhaps under another 任用区分, number (旧職員番号) or post, or comes back.
//   - 兼務, 併任, 事務取扱: one post more; …解除: that one ends on the day before.
//   - 退職: the person leaves at the end of the 発令日. 転出: leaves at the end of the day before.
//   - 採用取消: the person who joined on that day never did.
//   - 休職, 復職: the posts stay; somebody acts as deputy. Sekimori does not record leave.
//
// A complete list holds on its 基準日: who is not named leaves at the end of the day before, if the list covers him: his
// 任用区分 occurs in it, and his main post lies in a body (root of the tree) that occurs in it, or in the unit that was named.
// All lists of one day are taken as one. If they name 兼務 at all, those of their people that they do not name end as well.
//
// Somebody who comes under a new number with a limited term, and has the name and reading of just one person of that 任用区分 who
// left within 30 days, is proposed to be that person; the number of such people is confirmed, and exceptions are named. A
// person has one number at a time; 併任 by another body is stated under it.
//
// A set of files has one publication: the time that was asked for, else the beginning of its first day that lies ahead, else
// at once; never before that of another import on which it builds. An operator who may not know another import cannot import
// people whom that one changes, and learns no more than that.
//
// Units, posts, systems, roles with who holds them, and vacancies are told to everybody (org.read); of a holder whom the reader
// does not see, the name and the post. People are listed, found, counted and opened as far as people.read reaches today. A page
// of another day has the same scope, the reader's of today, and besides who works in it on that day: of those it tells what they
// were here. Imports are for people.import, and a deputy is named by the holder of the seat alone. A file
// that a person sends does not designate to the roles of Sekimori itself: that is for access.Appoint.
//
// The package does not know which role has a permission, nor what a role is.
package people
