// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Makes as many transfers as it is told, with falling values, and may undo all of them.
contract Transfers {
    event Transfer(address indexed from, address indexed to, uint256 value);

    fallback() external {
        (uint256 count, uint256 least, address to, bool undone) =
            abi.decode(msg.data, (uint256, uint256, address, bool));
        unchecked {
            while (count > 0) {
                count--;
                emit Transfer(msg.sender, to, least + count);
            }
        }
        require(!undone, "undone");
    }
}
