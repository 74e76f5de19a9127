// Package deposittest tests members' prepaid money as package purchase moves it.
package deposittest
